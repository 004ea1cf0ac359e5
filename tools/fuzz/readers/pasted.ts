// The readers of what people paste: tools' configurations, notebooks, versions, tracebacks, scripts among words.
import { readdirSync, readFileSync } from 'node:fs';
import { inputOf } from '../../../src/engine/laboratory/script/readText.ts';
import { readVersions } from '../../../src/engine/libraries/readVersions.ts';
import { readTraceback } from '../../../src/engine/python/paste/traceback.ts';
import type { Reader } from '../reader.ts';
import { asJson, asText, textOf } from '../reader.ts';

const folder = 'tests/scripts';
const scripts = (ending: string, most: number): string[] =>
  ['own', 'small']
    .flatMap((one) => readdirSync(`${folder}/${one}`).map((name) => `${folder}/${one}/${name}`))
    .filter((path) => path.endsWith(ending))
    .slice(0, most)
    .map((path) => readFileSync(path, 'utf8'));

const yamls = [
  `### model
model_name_or_path: HuggingFaceTB/SmolLM2-135M
stage: sft
do_train: true
finetuning_type: lora
lora_rank: 8
lora_target: all
dataset: identity, alpaca_en_demo
template: llama3
cutoff_len: 2048
output_dir: saves/x
per_device_train_batch_size: 1
gradient_accumulation_steps: 8
learning_rate: 1.0e-4
num_train_epochs: 3.0
bf16: true
`,
  `base_model: NousResearch/Llama-3.2-1B
load_in_4bit: true
datasets:
  - path: teknium/GPT4-LLM-Cleaned
    type: alpaca
adapter: qlora
lora_r: 32
lora_alpha: 16
lora_target_modules:
  - q_proj
  - v_proj
micro_batch_size: 2
gradient_checkpointing: true
learning_rate: 0.0002
`,
];
const pips = [
  'Package         Version\n--------------- -------\npeft            0.17.1\ntransformers    4.57.1\ntrl             0.23.1\ntorch           2.8.0\n',
  'torch>=2.1,<2.5\ntransformers==4.44.2\npeft~=0.12.0\ntrl==0.9.6 ; python_version > "3.8"\n-e git+https://example.invalid/x@main#egg=y\n',
  '- transformers version: 4.41.2\n- Platform: Linux\n- PyTorch version (GPU?): 2.3.0 (True)\n',
];
const tracebacks = [
  'Traceback (most recent call last):\n  File "/home/a/train.py", line 30, in <module>\n    trainer.train()\n  File "/usr/lib/python3.11/site-packages/transformers/trainer.py", line 1859, in train\n    return inner_training_loop(\n           ^^^^^^^^^^^^^^^^^^^^\nRuntimeError: element 0 of tensors does not require grad and does not have a grad_fn\n',
  "---------------------------------------------------------------------------\nValueError                                Traceback (most recent call last)\nCell In[3], line 2\n      1 from peft import LoraConfig\n----> 2 model = get_peft_model(model, config)\n\nValueError: Target modules {'query'} not found in the base model.\n",
];
const words = [
  'Hi, this fails:\n```python\nfrom peft import LoraConfig\nconfig = LoraConfig(r=8)\n```\nand says\n```\nValueError: no\n```\nwith `pip install peft==0.10.0`.',
  "> >>> import peft\n> >>> peft.__version__\n> '0.10.0'\n",
  'python train.py --lr 1e-4 \\\n  --epochs 3\nllamafactory-cli train --stage sft --finetuning_type lora --model_name_or_path a/b\n',
  '@@ -1,3 +1,3 @@\n import peft\n-x = 1\n+x = 2\n',
];

export const pastedReaders: readonly Reader[] = [
  { name: 'YAML of tools', corpus: yamls, mutate: asText, read: (input) => inputOf(textOf(input)) },
  {
    name: 'notebook',
    corpus: scripts('.ipynb', 3),
    mutate: asJson,
    read: (input) => inputOf(textOf(input), { name: 'a.ipynb' }),
  },
  {
    name: 'versions',
    corpus: pips,
    mutate: asText,
    read: async (input) => [readVersions(textOf(input)), await inputOf(textOf(input))],
  },
  {
    name: 'traceback',
    corpus: tracebacks,
    mutate: asText,
    read: async (input) => [readTraceback(textOf(input)), await inputOf(textOf(input))],
  },
  {
    name: 'pasted text',
    corpus: [...words, ...scripts('.py', 12)],
    mutate: asText,
    read: (input) => inputOf(textOf(input)),
  },
];
