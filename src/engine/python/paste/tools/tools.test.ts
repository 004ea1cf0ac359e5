// Tools' configurations as scripts: the calls that the tool makes, in its order, with the lines of its keys; what it refuses, and what is
// only assumed.
import { describe, expect, test } from 'vitest';
import { pastedLine } from '../pasted.ts';
import { readPasted } from '../readPasted.ts';

const calls = (source: string): string[] =>
  source
    .split('\n')
    .flatMap((line) => /^(?:[\w.]+ = )?([\w.]+)\(/.exec(line)?.[1] ?? /^(raise \w+)/.exec(line)?.[1] ?? [])
    .filter((name) => !/^(print|import|load_dataset)/.test(name));

/** The line of the configuration that a line of the script came from. */
async function lineFor(text: string, part: string): Promise<number | null> {
  const read = await readPasted(text);
  const at = read.source.split('\n').findIndex((line) => line.includes(part));
  return at < 0 ? null : pastedLine(read, at + 1);
}

const llamaFactory = `### model
model_name_or_path: meta-llama/Meta-Llama-3-8B-Instruct
quantization_bit: 4
### method
stage: sft
do_train: true
finetuning_type: lora
lora_target: q_proj,v_proj
lora_rank: 16
### dataset
dataset: identity
template: llama3
cutoff_len: 1024
### train
output_dir: saves
gradient_checkpointing: true
learning_rate: 1.0e-4
bf16: true
`;

describe('LLaMA-Factory', () => {
  test('its calls in their order, each with its key', async () => {
    const { kind, source, versionText } = await readPasted(llamaFactory, 'sft.yaml');
    expect(kind).toBe('tool-config');
    expect(calls(source)).toEqual([
      'Seq2SeqTrainingArguments',
      'BitsAndBytesConfig',
      'AutoTokenizer.from_pretrained',
      'AutoModelForCausalLM.from_pretrained',
      'model.gradient_checkpointing_enable',
      'LoraConfig',
      'get_peft_model',
      'model.train',
      'Seq2SeqTrainer',
      'trainer.train',
    ]);
    expect(source).toContain('    target_modules=["q_proj", "v_proj"],\n    lora_alpha=32,');
    expect(source).not.toContain('gradient_checkpointing=True');
    expect(versionText).toContain('transformers==');
    expect(await lineFor(llamaFactory, 'load_in_4bit=True')).toBe(3);
    expect(await lineFor(llamaFactory, 'r=16')).toBe(9);
    expect(await lineFor(llamaFactory, 'learning_rate=0.0001')).toBe(17);
    expect(await lineFor(llamaFactory, 'gradient_checkpointing_enable')).toBe(16);
  });

  test('checkpointing is off where it is switched off, and transformers’ own argument counts then', async () => {
    const { source } = await readPasted(`${llamaFactory}disable_gradient_checkpointing: true\n`);
    expect(source).not.toContain('gradient_checkpointing_enable');
    expect(source).toContain('gradient_checkpointing=True');
  });

  test.each([
    ['finetuning_type: full', 'Quantization is only compatible with the LoRA or OFT method.', 3],
    ['finetuning_type: lora\npissa_init: true', 'Please use scripts/pissa_init.py', 9],
    ['finetuning_type: lora\nuse_badam: true', 'Cannot use LoRA with GaLore, APOLLO or BAdam together.', 9],
    ['finetuning_type: lora\nresize_vocab: true', 'Cannot resize embedding layers of a quantized model.', 9],
  ])('refuses %s in its own words', async (change, message, line) => {
    const text = llamaFactory
      .replace('finetuning_type: lora\n', '')
      .replace('do_train: true', `do_train: true\n${change}`);
    const { source } = await readPasted(text);
    expect(source).toContain(`raise ValueError("${message}`);
    expect(await lineFor(text, 'raise ValueError')).toBe(change.includes('full') ? line : line - 1);
  });

  test('freeze trains the last layers, full everything', async () => {
    const plain = llamaFactory.replace('quantization_bit: 4\n', '');
    const frozen = await readPasted(
      plain.replace('finetuning_type: lora', 'finetuning_type: freeze\nfreeze_trainable_layers: 3'),
    );
    expect(frozen.source).toContain('num_hidden_layers - 3');
    expect(frozen.source).toContain('parameter.requires_grad_(False)');
    expect(frozen.source).not.toContain('get_peft_model(model');
    const full = await readPasted(plain.replace('finetuning_type: lora', 'finetuning_type: full'));
    expect(full.source).not.toContain('requires_grad_(False)');
  });

  test('an adapter that is there goes on training', async () => {
    const { source } = await readPasted(`${llamaFactory}adapter_name_or_path: a\n`);
    expect(source).toContain('PeftModel.from_pretrained(model, "a", is_trainable=True)');
    expect(source).not.toContain('get_peft_model(model');
  });

  test('what isn’t acted out is said with its line, never dropped', async () => {
    const read = await readPasted(
      `${llamaFactory.replace('quantization_bit: 4\n', '').replace('lora\n', 'full\n')}use_galore: true\n`,
    );
    const note = read.notes.find(({ kind }) => kind === 'not-modelled');
    expect(note?.text.en).toContain('use_galore');
    expect(pastedLine(read, note?.line ?? 0)).toBe(18);
  });

  test('arguments of transformers keep their names, for Python to judge', async () => {
    expect((await readPasted(`${llamaFactory}evaluation_strategy: steps\n`)).source).toContain(
      'evaluation_strategy="steps"',
    );
    expect((await readPasted(`${llamaFactory}deepspeed: ds.json\n`)).source).toContain('deepspeed="ds.json"');
  });

  test('a base model with a chat template: its end token is not trained', async () => {
    const base = llamaFactory.replace('Meta-Llama-3-8B-Instruct', 'Llama-3-8B-Base');
    expect((await readPasted(base)).notes.some(({ text }) => text.en.includes('may never stop'))).toBe(true);
    expect(
      (await readPasted(llamaFactory)).notes.some(({ text }) => text.en.includes('may never stop')),
    ).toBe(false);
  });

  test('a few keys are enough; what is missing is assumed and named', async () => {
    const { source, notes } = await readPasted('stage: sft\nfinetuning_type: lora\nquantization_bit: 4\n');
    expect(source).toContain('load_in_4bit=True');
    expect(notes.map(({ text }) => text.en).join('\n')).toMatch(
      /model_name_or_path[\s\S]*lora_target[\s\S]*do_train/,
    );
  });

  test('flags, a JSON file, and words after the file say the same', async () => {
    const flags = await readPasted(
      'python src/train.py --stage sft --do_train --finetuning_type lora --lora_target q_proj,v_proj --quantization_bit 4 --model_name_or_path a/b',
    );
    expect(flags.kind).toBe('command');
    expect(flags.source).toContain('target_modules=["q_proj", "v_proj"]');
    const json = await readPasted(JSON.stringify({ stage: 'sft', finetuning_type: 'lora', lora_rank: 4 }));
    expect(json.source).toContain('r=4');
    const overridden = await readPasted(
      `\`\`\`yaml\n${llamaFactory}\`\`\`\n\`\`\`bash\nllamafactory-cli train sft.yaml lora_rank=64\n\`\`\``,
    );
    expect(overridden.source).toContain('r=64');
  });

  test('the release that the text names decides the libraries', async () => {
    const read = await readPasted(`# llamafactory==0.9.1\n${llamaFactory}`);
    expect(read.versionText).toContain('peft==0.12.0');
    expect(read.assumedLine).toBeNull();
    const assumed = await readPasted(llamaFactory);
    expect(assumed.versionText.split('\n')[(assumed.assumedLine ?? 0) - 1]).toContain('llamafactory 0.9.4');
    expect(read.notes.some(({ text }) => text.en.startsWith('No release'))).toBe(false);
    const pinned = await readPasted(`# transformers==4.45.2 peft==0.13.0\n${llamaFactory}`);
    expect(pinned.versionText).not.toContain('pip install');
  });
});

const axolotl = `base_model: NousResearch/Llama-2-7b-hf
load_in_4bit: true
adapter: qlora
lora_r: 32
lora_alpha: 16
lora_target_linear: true
lora_modules_to_save:
  - embed_tokens
  - lm_head
micro_batch_size: 2
num_epochs: 1
optimizer: adamw_bnb_8bit
learning_rate: 2e-4
bf16: auto
gradient_checkpointing: true
datasets:
  - path: a/b
    type: alpaca
`;

describe('axolotl', () => {
  test('its calls in their order', async () => {
    const { kind, source } = await readPasted(axolotl);
    expect(kind).toBe('tool-config');
    expect(calls(source)).toEqual([
      'BitsAndBytesConfig',
      'AutoTokenizer.from_pretrained',
      'AutoModelForCausalLM.from_pretrained',
      'model.gradient_checkpointing_enable',
      'prepare_model_for_kbit_training',
      'LoraConfig',
      'get_peft_model',
      'model.print_trainable_parameters',
      'TrainingArguments',
      'Trainer',
      'trainer.train',
    ]);
    expect(source).toContain('{"use_reentrant": True}');
    expect(source).toContain('modules_to_save=["embed_tokens", "lm_head"]');
    expect(source).toContain('learning_rate=0.0002');
    expect(await lineFor(axolotl, 'modules_to_save')).toBe(7);
  });

  test.each([
    ['adapter: qlora', '', 'not supported without setting an adapter'],
    ['load_in_4bit: true', 'load_in_8bit: true', 'load qlora in 8bit'],
    ['load_in_4bit: true', 'load_in_4bit: false', 'Require cfg.load_in_4bit to be True for qlora'],
  ])('refuses %s replaced by "%s"', async (from, to, message) => {
    const { source } = await readPasted(axolotl.replace(from, to));
    expect(source).toMatch(new RegExp(`raise ValueError\\(".*${message}`));
  });

  test('a choice of checkpointing is passed on, to the model and the arguments', async () => {
    const { source } = await readPasted(
      axolotl.replace('datasets:', 'gradient_checkpointing_kwargs:\n  use_reentrant: false\ndatasets:'),
    );
    expect(source.match(/\{"use_reentrant": False\}/g)).toHaveLength(2);
  });

  test('for DPO TRL attaches', async () => {
    const { source } = await readPasted(`${axolotl}rl: dpo\n`);
    expect(source).toContain('trainer = DPOTrainer(');
    expect(source).toContain('peft_config=lora_config');
    expect(source).not.toContain('get_peft_model(model');
  });

  test('full fine-tuning attaches nothing', async () => {
    const { source } = await readPasted(
      'base_model: gpt2\nmicro_batch_size: 1\nnum_epochs: 1\nsequence_len: 512\n',
    );
    expect(calls(source)).toEqual([
      'AutoTokenizer.from_pretrained',
      'AutoModelForCausalLM.from_pretrained',
      'TrainingArguments',
      'Trainer',
      'trainer.train',
    ]);
  });
});

describe('TRL', () => {
  test('flags and YAML are one configuration', async () => {
    const flags = await readPasted(
      'trl sft --model_name_or_path a/b --use_peft --load_in_4bit --lora_target_modules q_proj k_proj --gradient_checkpointing --learning_rate 2.0e-5 --output_dir out',
    );
    const yaml = await readPasted(
      'model_name_or_path: a/b\nuse_peft: true\nload_in_4bit: true\nlora_target_modules:\n  - q_proj\n  - k_proj\ngradient_checkpointing: true\nlearning_rate: 2.0e-5\noutput_dir: out\n',
    );
    expect(flags.source).toBe(yaml.source);
    expect(flags.kind).toBe('command');
    expect(yaml.kind).toBe('tool-config');
    expect(flags.source).toContain('    target_modules=["q_proj", "k_proj"],');
    expect(flags.source).toContain('    r=16,');
  });

  test('names joined by commas stay one word, as argparse leaves them', async () => {
    const { source } = await readPasted(
      'trl sft --model_name_or_path a/b --use_peft --lora_target_modules q_proj,k_proj',
    );
    expect(source).toContain('target_modules=["q_proj,k_proj"]');
  });

  test('lora_ keys without use_peft do nothing, and that is said', async () => {
    const { source, notes } = await readPasted('model_name_or_path: a/b\nlora_r: 8\noutput_dir: out\n');
    expect(source).not.toContain('peft_config');
    expect(notes[0]?.text.en).toContain('use_peft');
  });

  test.each([
    ['trl dpo --model_name_or_path a/b --beta 0.1', 'DPOTrainer'],
    ['python examples/scripts/orpo.py --model_name_or_path a/b', 'ORPOTrainer'],
    ['accelerate launch trl/scripts/sft.py --model_name_or_path a/b', 'SFTTrainer'],
    ['model_name_or_path: a/b\nnum_generations: 8\n', 'GRPOTrainer'],
    ['model_name_or_path: a/b\nbeta: 0.1\nmax_prompt_length: 512\n', 'DPOTrainer'],
  ])('%s', async (text, trainer) => {
    expect((await readPasted(text)).source).toContain(`trainer = ${trainer}(`);
  });
});

describe('AutoTrain', () => {
  test('flags', async () => {
    const { source } = await readPasted(
      'autotrain llm --train --model a/b --project-name p --data-path d --lr 2e-4 --peft --quantization int4 --mixed-precision bf16',
    );
    expect(source).toContain(
      'prepare_model_for_kbit_training(model, use_gradient_checkpointing=True, gradient_checkpointing_kwargs={"use_reentrant": True})',
    );
    expect(source).toContain('learning_rate=0.0002');
  });

  test('YAML, with its parameters inside', async () => {
    const { source } = await readPasted(
      'task: llm-sft\nbase_model: a/b\nproject_name: p\ndata:\n  path: d\nparams:\n  peft: true\n  quantization: int8\n  lr: 3e-5\n',
    );
    expect(source).toContain('load_in_8bit=True');
    expect(source).toContain('trainer = SFTTrainer(');
  });
});

describe('what trains nothing by itself', () => {
  test.each([
    [
      'compute_environment: LOCAL_MACHINE\ndistributed_type: MULTI_GPU\nnum_processes: 2\n',
      'accelerate',
      'assumption',
    ],
    [
      JSON.stringify({ zero_optimization: { stage: 2 }, fp16: { enabled: true } }),
      'DeepSpeed',
      'not-modelled',
    ],
    [
      'model:\n  _component_: torchtune.models.llama3.lora_llama3_8b\ntokenizer:\n  _component_: torchtune.models.llama3.llama3_tokenizer\n',
      'torchtune',
      'not-modelled',
    ],
    ['my_rank: 8\nlora_r: 8\nsteps: 3\n', 'lora_r=8', 'assumption'],
  ])('%s', async (text, named, kind) => {
    const read = await readPasted(text);
    expect(read).toMatchObject({ kind: 'tool-config', source: '' });
    expect(read.notes[0]).toMatchObject({ kind });
    expect(read.notes[0]?.text.en).toContain(named);
  });

  test('YAML that doesn’t parse says where', async () => {
    const read = await readPasted('stage: sft\nfinetuning_type: [lora\nlora_rank: 8\n');
    expect(read.kind).toBe('tool-config');
  });
});
