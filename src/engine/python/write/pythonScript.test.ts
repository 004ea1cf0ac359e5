// The generated script: it stays in step with the recipe, and under the real libraries it ends as the tape says
// (tests/golden/scripts.json, made by tools/golden/scripts.sh).
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { examine } from '../../laboratory/inspect/examine.ts';
import { stacks } from '../../libraries/stacks.ts';
import { parseConfig } from '../../models/families.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, settingKeys, withPatch } from '../../recipe/recipe.ts';
import { pythonScript } from './pythonScript.ts';

interface Result {
  readonly outcome: string;
  readonly error: string | null;
  readonly trainable?: number;
  readonly none?: number;
  readonly zero?: number;
  readonly nonzero?: number;
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
const recipes = read('tools/golden/script_recipes.json') as Readonly<Record<string, RecipePatch>>;
const results = read('tests/golden/scripts.json') as Readonly<Record<string, Result>>;
const config = parseConfig(read('public/model/config.json'));

describe('the script under the real libraries', () => {
  it('was run for at least five recipes that train and five that do not', () => {
    expect(Object.keys(results).sort()).toEqual(Object.keys(recipes).sort());
    const trains = Object.values(results).filter((result) => result.outcome === 'trains').length;
    expect(trains).toBeGreaterThanOrEqual(5);
    expect(Object.keys(results).length - trains).toBeGreaterThanOrEqual(5);
  });

  for (const [name, patch] of Object.entries(recipes)) {
    it(name, () => {
      const { outcome } = examine(config, withPatch(defaultValues, patch), {
        batch: { rows: 4, tokens: 8 },
        allMasked: false,
      });
      const expected = results[name];
      expect(outcome.kind).toBe(expected?.outcome);
      expect(outcome.error ? `${outcome.error.type}: ${outcome.error.message}` : null).toBe(expected?.error);
      if (outcome.error) return;
      const counts = [
        outcome.trainableTensors,
        outcome.noneGradients,
        outcome.zeroGradients,
        outcome.nonzeroGradients,
      ];
      expect(counts).toEqual([expected?.trainable, expected?.none, expected?.zero, expected?.nonzero]);
    });
  }
});

describe('the script of every stack', () => {
  for (const { id, trl, transformers } of stacks) {
    it(`${id}: pins its versions and passes no argument of another time`, () => {
      const script = pythonScript(
        withPatch(defaultValues, { 'wiring.stack': id, 'bnb.bnb_4bit_quant_type': 'none' }),
      );
      expect(script).toContain(`trl==${trl}`);
      expect(script).toContain(`transformers==${transformers}`);
      expect(script.includes('SFTConfig(')).toBe(!/^0\.[78]\./.test(trl));
      expect(script.includes('torch_dtype=')).toBe(/^4\.[34]/.test(transformers));
      expect(script.endsWith('trainer.save_model("adapter")\n')).toBe(true);
    });
  }
});

it('fills rows of a tokenizer without a pad token with the end of a text, where it pads itself', () => {
  for (const trainer of ['Trainer', 'loop'] as const)
    expect(pythonScript(withPatch(defaultValues, { 'wiring.trainer': trainer }))).toContain(
      'tokenizer.eos_token_id if tokenizer.pad_token_id is None else tokenizer.pad_token_id',
    );
});

/** Settings that no script can say: they concern this page alone. */
const unsaid =
  /^(model|generate\..*|bnb\.bnb_4bit_use_double_quant|train\.(num_train_epochs|eval_steps)|wiring\.(prepare\..*|train_mode))$/;

/** What a setting needs beside it to matter. */
const needed: readonly (readonly [RegExp, RecipePatch])[] = [
  [/use_reentrant/, { 'train.gradient_checkpointing': true }],
  [/train\.beta|dpo_loss_type/, { 'train.objective': 'dpo' }],
  [/^ia3\./, { 'peft.peft_type': 'IA3' }],
  [/^vera\./, { 'peft.peft_type': 'VERA' }],
  [/loftq_iter/, { 'lora.init_lora_weights': 'loftq' }],
  [/load_best|stopping_patience/, { 'data.test_size': 0.2 }],
  [/stopping_threshold/, { 'data.test_size': 0.2, 'train.early_stopping_patience': 2 }],
];

describe('every setting', () => {
  const base = withPatch(defaultValues, { 'wiring.attach': 'get_peft_model' });
  for (const key of settingKeys.filter((candidate) => !unsaid.test(candidate))) {
    it(`${key} is in the script`, () => {
      const before = base[key];
      const changed =
        typeof before === 'boolean' ? !before : typeof before === 'number' ? before + 1 : other(key, before);
      const needs = needed.find(([pattern]) => pattern.test(key))?.[1] ?? {};
      const format = key === 'train.completion_only_loss' ? 'prompt-completion' : 'messages';
      const context = { model: 'model', data: 'rows.jsonl', format } as const;
      expect(pythonScript(withPatch({ ...base, ...needs }, { [key]: changed }), context)).not.toBe(
        pythonScript(withPatch(base, needs), context),
      );
    });
  }
});

const others: Readonly<Record<string, string>> = {
  'wiring.stack': 'trl-1.9.0',
  'wiring.adapter_name': 'mine',
  'wiring.model_type': 'chatglm',
  'wiring.freeze': 'embeddings',
  'wiring.trainer': 'loop',
  'wiring.attach': 'add_adapter',
  'wiring.prepare_model_for_kbit_training': 'before',
  'train.use_reentrant': 'false',
  'bnb.bnb_4bit_quant_type': 'fp4',
  'lora.target_modules': '["q_proj"]',
  'lora.bias': 'all',
  'lora.init_lora_weights': 'gaussian',
  'lora.rank_pattern': '{"q_proj": 4}',
  'lora.alpha_pattern': '{"q_proj": 4}',
  'lora.layers_to_transform': '[0]',
  'lora.exclude_modules': '["down_proj"]',
  'lora.modules_to_save': '["lm_head"]',
  'model.dtype': 'bfloat16',
  'wiring.after_attach': 'unload',
  'wiring.step': 'no_grad',
  'train.lr_scheduler_type': 'cosine',
  'peft.peft_type': 'IA3',
  'ia3.feedforward_modules': '[]',
  'train.packing': 'bfd',
  'train.objective': 'dpo',
  'train.dpo_loss_type': 'ipo',
  'train.optim': 'lion_32bit',
  'train.lr_scheduler_kwargs': '{"num_cycles": 2}',
};

function other(key: string, before: string): string {
  const value = others[key];
  if (value === undefined || value === before) throw new Error(`test: no other value of ${key}`);
  return value;
}

it('says what was changed while the run trained', () => {
  const changes = [{ step: 3, key: 'train.learning_rate', before: 0.01 }] as const;
  const script = pythonScript(defaultValues, {
    model: 'model',
    data: 'rows.jsonl',
    format: 'messages',
    changes,
  });
  expect(script).toContain('#   until step 3: SFTConfig(learning_rate=0.01)\n');
  expect(pythonScript(defaultValues)).not.toContain('until step');
});
