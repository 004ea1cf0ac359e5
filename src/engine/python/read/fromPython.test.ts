// Reading Python: the generated script reads back as its recipe, snippets as people post them move the knobs, and what is
// not understood is listed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stacks } from '../../libraries/stacks.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { changedKeys, defaultValues, withPatch } from '../../recipe/recipe.ts';
import { pythonScript } from '../write/pythonScript.ts';
import { fromPython } from './fromPython.ts';

const recipes: Readonly<Record<string, RecipePatch>> = {
  ...JSON.parse(readFileSync('tools/golden/script_recipes.json', 'utf8')),
  'everything at once': {
    'bnb.bnb_4bit_quant_type': 'fp4',
    'bnb.bnb_4bit_use_double_quant': true,
    'lora.r': 16,
    'lora.lora_alpha': 32,
    'lora.lora_dropout': 0.05,
    'lora.target_modules': '["q_proj","v_proj"]',
    'lora.bias': 'all',
    'lora.modules_to_save': '["lm_head"]',
    'lora.inference_mode': true,
    'model.dtype': 'bfloat16',
    'wiring.attach': 'get_peft_model',
    'wiring.prepare_model_for_kbit_training': 'before',
    'wiring.prepare.use_gradient_checkpointing': false,
    'wiring.enable_input_require_grads': true,
    'train.gradient_checkpointing': true,
    'train.use_reentrant': 'false',
    'train.learning_rate': 2e-4,
    'train.warmup_steps': 0.1,
    'train.lr_scheduler_type': 'cosine',
    'train.max_length': 64,
    'train.seed': 7,
    'train.assistant_only_loss': false,
    'train.packing': 'bfd',
    'train.label_smoothing_factor': 0.1,
    'train.neftune_noise_alpha': 5,
    'data.test_size': 0.2,
    'train.eval_steps': 10,
    'train.save_steps': 10,
    'train.load_best_model_at_end': true,
    'train.early_stopping_patience': 3,
    'train.early_stopping_threshold': 0.01,
  },
  ia3: {
    'peft.peft_type': 'IA3',
    'lora.target_modules': '["k_proj","o_proj"]',
    'ia3.feedforward_modules': '["o_proj"]',
  },
  vera: {
    'peft.peft_type': 'VERA',
    'lora.r': 16,
    'vera.d_initial': 0.5,
    'vera.projection_prng_key': 7,
    'lora.layers_to_transform': '[0]',
  },
  loftq: { 'lora.init_lora_weights': 'loftq', 'lora.loftq_iter': 2, 'lora.use_dora': true },
  dpo: {
    'wiring.stack': 'trl-1.16.0',
    'train.objective': 'dpo',
    'train.dpo_loss_type': 'ipo',
    'train.beta': 0.3,
  },
  orpo: { 'wiring.stack': 'trl-1.16.0', 'train.objective': 'orpo', 'train.beta': 0.5 },
  'checkpointing before attaching': {
    'wiring.attach': 'get_peft_model',
    'wiring.checkpointing_before_attach': true,
  },
  'loaded adapter with a config': { 'wiring.attach': 'from_pretrained_trainable_and_config' },
  'unknown family': {
    'wiring.attach': 'get_peft_model',
    'wiring.model_type': 'chatglm',
    'lora.target_modules': 'None',
  },
  'named adapter': { 'wiring.attach': 'get_peft_model', 'wiring.adapter_name': 'mine' },
  'frozen by hand': {
    'wiring.attach': 'none',
    'wiring.freeze': 'outside_layers',
    'bnb.bnb_4bit_quant_type': 'none',
  },
  'frozen embeddings': {
    'wiring.attach': 'none',
    'wiring.freeze': 'embeddings',
    'bnb.bnb_4bit_quant_type': 'none',
  },
  'second adapter': { 'wiring.attach': 'get_peft_model', 'wiring.after_attach': 'load_adapter_trainable' },
  'merged away': {
    'wiring.attach': 'get_peft_model',
    'wiring.after_attach': 'merge_and_unload',
    'wiring.trainer': 'Trainer',
  },
  'flags on everything': { 'wiring.attach': 'get_peft_model', 'wiring.requires_grad_all': true },
  'loop in eval mode': {
    'wiring.attach': 'get_peft_model',
    'wiring.trainer': 'loop',
    'wiring.train_mode': false,
  },
  'backward twice': { 'wiring.attach': 'get_peft_model', 'wiring.trainer': 'loop', 'wiring.step': 'twice' },
};

/** A plain loop writes these into expressions, not arguments; the old versions have no argument for the mask. */
const unread = (values: { readonly 'wiring.trainer': string; readonly 'wiring.stack': string }): RegExp =>
  values['wiring.trainer'] !== 'SFTTrainer'
    ? /^train\.(?!gradient_checkpointing|use_reentrant)/
    : /^trl-0\.(7|8|17)/.test(values['wiring.stack'])
      ? /assistant_only_loss/
      : /^$/;

describe('the generated script', () => {
  for (const [name, patch] of Object.entries(recipes)) {
    it(`reads back as its recipe: ${name}`, () => {
      const values = withPatch(defaultValues, patch);
      const { patch: read, notUnderstood } = fromPython(pythonScript(values));
      expect(notUnderstood).toEqual([]);
      const differing = changedKeys(withPatch(defaultValues, read), values).filter(
        (key) => !unread(values).test(key),
      );
      expect(
        differing.map((key) => `${key}: wrote ${String(values[key])}, read ${String(read[key])}`),
      ).toEqual([]);
    });
  }

  for (const { id } of stacks) {
    it(`reads back its stack: ${id}`, () => {
      expect(
        fromPython(pythonScript(withPatch(defaultValues, { 'wiring.stack': id }))).patch['wiring.stack'],
      ).toBe(id);
    });
  }
});

describe('snippets', () => {
  it('a LoraConfig alone', () => {
    const { patch, notUnderstood } = fromPython(
      'LoraConfig(r=64, lora_alpha=16, lora_dropout=0.1, target_modules=["q_proj", "v_proj"], use_rslora=True, lora_bias=True)',
    );
    expect(patch).toEqual({
      'peft.peft_type': 'LORA',
      'lora.r': 64,
      'lora.lora_alpha': 16,
      'lora.lora_dropout': 0.1,
      'lora.target_modules': '["q_proj","v_proj"]',
      'lora.use_rslora': true,
    });
    expect(notUnderstood).toEqual([{ text: 'LoraConfig: lora_bias=True', line: 1 }]);
  });

  it('the classical failing script, with names, comments and a tuple', () => {
    const { patch, notUnderstood } = fromPython(`
from peft import LoraConfig, get_peft_model  # trl==0.19.1
LR = 2e-4
model = AutoModelForCausalLM.from_pretrained("base", quantization_config=BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4"), device_map="auto")
# model = prepare_model_for_kbit_training(model)
model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", r=8, target_modules=("q_proj", "v_proj")))
args = TrainingArguments(
    "out", learning_rate=LR, gradient_checkpointing=True,
    gradient_checkpointing_kwargs={"use_reentrant": True},  # the switch
    warmup_ratio=0.03, group_by_length=True,
)
trainer = SFTTrainer(model=model, args=args, train_dataset=data)
trainer.train()`);
    expect(patch).toMatchObject({
      'wiring.stack': 'trl-0.19.1',
      'wiring.attach': 'get_peft_model',
      'wiring.trainer': 'SFTTrainer',
      'bnb.bnb_4bit_quant_type': 'nf4',
      'lora.target_modules': '["q_proj","v_proj"]',
      'train.learning_rate': 2e-4,
      'train.gradient_checkpointing': true,
      'train.use_reentrant': 'true',
      'train.warmup_steps': 0.03,
    });
    expect(patch['wiring.prepare_model_for_kbit_training']).toBeUndefined();
    expect(notUnderstood).toEqual([{ text: 'TrainingArguments: group_by_length=True', line: 7 }]);
  });

  it('order decides: preparation after attaching, is_trainable by position', () => {
    expect(
      fromPython('model = get_peft_model(model, c)\nmodel = prepare_model_for_kbit_training(model)').patch,
    ).toMatchObject({ 'wiring.prepare_model_for_kbit_training': 'after' });
    expect(fromPython('model = PeftModel.from_pretrained(model, path, "name", True)').patch).toMatchObject({
      'wiring.attach': 'from_pretrained_trainable',
    });
    expect(fromPython('model = PeftModel.from_pretrained(model, path, "name", False)').patch).toMatchObject({
      'wiring.attach': 'from_pretrained',
    });
  });

  it('a plain loop with a false fix', () => {
    const { patch } = fromPython(
      'model.train()\nwith torch.no_grad():\n    loss = model(**batch).loss\nloss.backward()',
    );
    expect(patch).toMatchObject({
      'wiring.trainer': 'loop',
      'wiring.step': 'no_grad',
      'wiring.train_mode': true,
    });
  });

  it('an adapter_config.json', () => {
    const { patch, notUnderstood } = fromPython(
      '{"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["up_proj"], "bias": "none", "inference_mode": true, "lora_bias": true, "modules_to_save": null}',
    );
    expect(patch).toEqual({
      'peft.peft_type': 'LORA',
      'lora.r': 4,
      'lora.lora_alpha': 8,
      'lora.target_modules': '["up_proj"]',
      'lora.bias': 'none',
    });
    expect(notUnderstood.map((one) => one.text)).toEqual(['adapter_config.json: lora_bias: True']);
  });

  it.each([
    [
      'IA3',
      '"target_modules": ["k_proj", "down_proj"], "feedforward_modules": ["down_proj"], "init_ia3_weights": true, "fan_in_fan_out": false',
      { 'lora.target_modules': '["k_proj","down_proj"]', 'ia3.feedforward_modules': '["down_proj"]' },
    ],
    [
      'VERA',
      '"r": 16, "vera_dropout": 0.1, "projection_prng_key": 3, "save_projection": true, "bias": "none", "d_initial": 0.2, "init_weights": true',
      {
        'lora.r': 16,
        'lora.lora_dropout': 0.1,
        'vera.projection_prng_key': 3,
        'vera.d_initial': 0.2,
      },
    ],
  ])('an adapter_config.json of %s is no LoRA', (type, fields, patch) => {
    const read = fromPython(`{"peft_type": "${type}", "inference_mode": true, ${fields}}`);
    expect(read).toEqual({ patch: { 'peft.peft_type': type, ...patch }, notUnderstood: [] });
  });

  it('an adapter_config.json of a method that is not here says so, and nothing else', () => {
    const { patch, notUnderstood } = fromPython('{"peft_type": "LOHA", "r": 4, "alpha": 8}');
    expect(patch).toEqual({});
    expect(notUnderstood.map((one) => one.text)).toEqual(['adapter_config.json: peft_type: "LOHA"']);
  });

  it('a value outside the range is listed, not taken', () => {
    const { patch, notUnderstood } = fromPython('LoraConfig(r=100000)');
    expect(patch['lora.r']).toBeUndefined();
    expect(notUnderstood[0]?.problem?.en).toContain('lora.r: expected 1 to 128, got 100000.');
  });

  it('garbage gives nothing and does not throw', () => {
    for (const text of ['', '((((', '"""', "x = 'unterminated", '{"a": 1}', '[1, 2', '\u0000']) {
      expect(Object.keys(fromPython(text).patch)).toEqual([]);
    }
    expect(fromPython('LoraConfig(r=').patch).toEqual({ 'peft.peft_type': 'LORA' });
  });
});
