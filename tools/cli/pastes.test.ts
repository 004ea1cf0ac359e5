// Every kind of paste from its text to its verdict, CPython between: small texts of our own, each with what the real tools and libraries do.
import { beforeAll, describe, expect, test } from 'vitest';
import type { ScriptWorld } from '../../src/engine/laboratory/script/readScript.ts';
import { readText } from '../../src/engine/laboratory/script/readText.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import { openKnownModels } from '../../src/engine/models/known/knownModels.ts';
import { knownSource } from '../../src/engine/python/run/knownSource.ts';
import { nodePython } from './nodePython.ts';

let world: ScriptWorld;
beforeAll(async () => {
  const [host, known] = await Promise.all([nodePython(), openKnownModels()]);
  world = { host, signatures: signaturesFor, models: knownSource(known) };
});

const element0 = 'RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn';
const llamaFactory =
  'model_name_or_path: meta-llama/Llama-2-7b-hf\nstage: sft\ndo_train: true\nfinetuning_type: lora\nquantization_bit: 4\ntemplate: llama2\ndataset: alpaca\noutput_dir: out\nbf16: true\n';
const axolotl =
  'base_model: mistralai/Mistral-7B-v0.1\nadapter: qlora\nload_in_4bit: true\nlora_r: 8\nlora_alpha: 16\nlora_target_linear: true\nmicro_batch_size: 1\nnum_epochs: 1\nlearning_rate: 2e-4\ngradient_checkpointing: true\n';
const adapter = (target: string): string =>
  JSON.stringify({
    peft_type: 'LORA',
    base_model_name_or_path: 'gpt2',
    r: 8,
    lora_alpha: 16,
    target_modules: [target],
    task_type: 'CAUSAL_LM',
    inference_mode: true,
  });
/** `more`: what else the configuration says. */
const adalora = (more: string): string =>
  adapter('c_attn').replace('LORA', 'ADALORA').replace('{', `{${more}`);
const notebook = JSON.stringify({
  nbformat: 4,
  cells: [
    { cell_type: 'code', source: '!pip install peft==0.17.1 trl==0.19.1 transformers==4.57.1' },
    {
      cell_type: 'code',
      source:
        'from transformers import AutoModelForCausalLM, Trainer, TrainingArguments\nfrom peft import LoraConfig, get_peft_model',
    },
    {
      cell_type: 'code',
      source:
        'model = AutoModelForCausalLM.from_pretrained("gpt2")\nmodel = get_peft_model(model, LoraConfig(target_modules=["c_attn"]))',
    },
    {
      cell_type: 'code',
      source:
        'trainer = Trainer(model=model, args=TrainingArguments("out", gradient_checkpointing=True), train_dataset=ds)\ntrainer.train()',
    },
  ],
});
const withArguments =
  '```python\nfrom dataclasses import dataclass\nfrom transformers import HfArgumentParser, TrainingArguments, AutoModelForCausalLM, Trainer\nfrom peft import LoraConfig, get_peft_model\n\n@dataclass\nclass Mine:\n    rank: int = 8\n\nmine, args = HfArgumentParser((Mine, TrainingArguments)).parse_args_into_dataclasses()\nmodel = get_peft_model(AutoModelForCausalLM.from_pretrained("gpt2"), LoraConfig(r=mine.rank, target_modules=["c_attn"]))\nTrainer(model=model, args=args, train_dataset=ds).train()\n```\n';

describe('from a paste to its verdict', () => {
  test.each([
    ['LLaMA-Factory', llamaFactory, 'trains', ''],
    [
      'LLaMA-Factory, full and quantised',
      llamaFactory.replace('type: lora', 'type: full'),
      'raises',
      'Quantization is only compatible',
    ],
    ['LLaMA-Factory, names of another family', `${llamaFactory}lora_target: W_pack\n`, 'raises', 'W_pack'],
    ['axolotl', axolotl, 'trains', ''],
    [
      'axolotl, an adapter forgotten',
      axolotl.replace('adapter: qlora\n', ''),
      'raises',
      'without setting an adapter',
    ],
    [
      'trl',
      'trl sft --model_name_or_path Qwen/Qwen2.5-0.5B --dataset_name a/b --use_peft --gradient_checkpointing --output_dir out',
      'trains',
      '',
    ],
    [
      'trl, quantised without PEFT',
      'trl sft --model_name_or_path Qwen/Qwen2.5-0.5B --dataset_name a/b --load_in_4bit --output_dir out',
      'raises',
      'purely quantized',
    ],
    [
      'trl, a key of an older release',
      '# trl==1.16.0 peft==0.21.2 transformers==5.24.0\nmodel_name_or_path: gpt2\nuse_peft: true\noutput_dir: out\nmax_seq_length: 512\n',
      'raises',
      "'max_seq_length'",
    ],
    [
      'AutoTrain',
      'autotrain llm --train --model gpt2 --project-name p --data-path d --peft --target-modules c_attn',
      'trains',
      '',
    ],
    ['an adapter that fits', adapter('c_attn'), 'trains', ''],
    ['an adapter of another family', adapter('q_proj'), 'raises', 'q_proj'],
    ['a method that is judged only', adalora('"total_step":100,'), 'trains', ''],
    ['a method whose configuration checks itself', adalora(''), 'raises', 'supply a value > 0'],
    [
      'a method that isn’t acted out',
      adapter('c_attn').replace('LORA', 'HRA').replace('"lora_alpha":16,', ''),
      'cannot-tell',
      '',
    ],
    ['a notebook', notebook, 'raises', 'element 0'],
    ['a script without its arguments', withArguments, 'trains', ''],
    [
      'a script with its arguments',
      `${withArguments}\`\`\`bash\ntorchrun --nproc_per_node 2 t.py --rank 4 --output_dir o --gradient_checkpointing True\n\`\`\``,
      'raises',
      'element 0',
    ],
    ['an error', element0, 'cannot-tell', ''],
    ['a log', "{'loss': 0.0, 'grad_norm': nan}", 'cannot-tell', ''],
    ['a command without its script', 'python train.py --bf16 True', 'nothing', ''],
    ['words', 'Dear all, my training does not work.', 'nothing', ''],
  ])('%s', async (_, text, kind, message) => {
    const { verdict } = await readText(text, world);
    expect(verdict.kind, verdict.text.en).toBe(kind);
    expect(verdict.error?.message ?? '').toContain(message);
  });

  test('what is missing is the answer', async () => {
    expect((await readText('python train.py --bf16 True', world)).verdict.text.en).toContain(
      'train.py with bf16=True',
    );
    expect(
      (await readText('compute_environment: LOCAL_MACHINE\ndistributed_type: FSDP\n', world)).verdict.text.en,
    ).toContain('accelerate');
  });

  test('an error beside a script that doesn’t show it leads to its causes, and says so', async () => {
    const reading = await readText(`import torch\nx = torch.ones(2)\n\n${element0}\n`, world);
    expect(reading.diagnoses.map(({ id }) => id)).toContain('reentrant-without-hook');
    expect(reading.assumptions.map(({ text }) => text.en).join()).toContain('doesn’t raise it');
  });

  const int8 = (pin: string): string =>
    `${pin}from peft import LoraConfig, get_peft_model, prepare_model_for_int8_training\nfrom transformers import AutoModelForCausalLM\nmodel = prepare_model_for_int8_training(AutoModelForCausalLM.from_pretrained("EleutherAI/pythia-70m", load_in_8bit=True))\nmodel = get_peft_model(model, LoraConfig(target_modules="query_key_value"))\n`;

  test('imports that today lacks put a text without versions into its own time', async () => {
    const old = await readText(int8(''), world);
    expect(old.verdict.error?.message).toContain('Target modules query_key_value not found');
    expect(old.versions.find(({ library }) => library === 'peft')?.version).toBe('0.7.1');
    expect(old.assumptions.map(({ text }) => text.en).join()).toContain(
      'has no prepare_model_for_int8_training',
    );
  });

  test('versions that a text names are kept', async () => {
    const pinned = await readText(int8('# pip install peft==0.17.1\n'), world);
    expect(pinned.verdict.error).toMatchObject({ type: 'ImportError' });
  });
});

describe('lines where a person has them', () => {
  test('a configuration’s script says of which key each line is', async () => {
    const { source, configLines } = await readText(llamaFactory, world, { fixes: false });
    const key = (words: string): string | undefined => {
      const at = source.split('\n').findIndex((line) => line.includes(words));
      return llamaFactory.split('\n')[(configLines[at] ?? 0) - 1];
    };
    expect(key('BitsAndBytesConfig(')).toBe('quantization_bit: 4');
    expect(key('AutoModelForCausalLM.from_pretrained(')).toBe('model_name_or_path: meta-llama/Llama-2-7b-hf');
    expect(key('trainer.train()')).toBe('do_train: true');
    expect((await readText(withArguments, world, { fixes: false })).configLines).toEqual([]);
  });

  const failed = (count: number, trace: readonly string[]): string => {
    const cells: { cell_type: string; source: string }[] = JSON.parse(notebook).cells;
    const error = { output_type: 'error', ename: 'RuntimeError', evalue: element0, traceback: trace };
    const ran = cells.map((cell, i) => ({ ...cell, execution_count: i + 4, outputs: [] }));
    const last = ran.at(-1);
    return JSON.stringify({
      nbformat: 4,
      cells: [...ran.slice(0, -1), { ...last, execution_count: count, outputs: [error] }],
    });
  };
  const trace = (cell: string, code: string): string[] => [
    'RuntimeError                              Traceback (most recent call last)',
    `${cell}\n----> 2 ${code}`,
    element0,
  ];
  test.each([
    ['by the cell’s number', 9, trace('Cell In[9], line 2', 'trainer.train( )')],
    [
      'by the words of the line, where the cell ran again',
      12,
      trace('Cell In[9], line 2', 'trainer.train()'),
    ],
    ['of an older IPython', 9, trace('<ipython-input-9-0123abcd> in <module>', 'trainer.train( )')],
  ])('a notebook’s traceback is of a line of its script, %s', async (_, count, lines) => {
    const reading = await readText(failed(count, lines), world, { fixes: false });
    expect(reading.verdict.kind).toBe('raises');
    expect(reading.assumptions[0]?.text.en).toBe('The same error as in your traceback.');
  });
});
