// What TRL's own scripts do with a configuration or flags (`trl sft`, `trl dpo`, the example scripts, and the recipes that are built on
// them): the trainer is handed the name of the model, and does the rest. Facts from TRL's public source.

import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Config } from '../config.ts';
import { asNames, asText, isOn } from '../config.ts';
import type { Argument } from '../pythonText.ts';
import { addDataset, fixed, given, literal, PythonText } from '../pythonText.ts';
import { trlScriptKeys } from './keys.ts';

interface Kind {
  readonly config: string;
  readonly trainer: string;
}

const kinds: Readonly<Record<string, Kind>> = {
  sft: { config: 'SFTConfig', trainer: 'SFTTrainer' },
  dpo: { config: 'DPOConfig', trainer: 'DPOTrainer' },
  orpo: { config: 'ORPOConfig', trainer: 'ORPOTrainer' },
  kto: { config: 'KTOConfig', trainer: 'KTOTrainer' },
  grpo: { config: 'GRPOConfig', trainer: 'GRPOTrainer' },
  reward: { config: 'RewardConfig', trainer: 'RewardTrainer' },
  rloo: { config: 'RLOOConfig', trainer: 'RLOOTrainer' },
};

/** `trl sft` says it; a configuration alone shows it by what only one of them has. */
function kindOf(config: Config, command: string | null): string {
  if (command && own(kinds, command)) return command;
  if (config.has('num_generations') || config.has('reward_funcs')) return 'grpo';
  if (config.has('desirable_weight')) return 'kto';
  const pairs = config.has('beta') || config.has('loss_type') || config.has('max_prompt_length');
  return pairs ? 'dpo' : 'sft';
}

function modelArguments(config: Config, quantised: boolean): Argument[] {
  const type = config.get('dtype') ?? config.get('torch_dtype');
  return [
    ...(type ? [fixed(`torch_dtype=${literal(type.value)}`, type.line)] : []),
    ...(quantised
      ? [
          fixed(
            'quantization_config=quantization_config',
            config.get('load_in_4bit')?.line ?? config.get('load_in_8bit')?.line,
          ),
        ]
      : []),
    ...given(config, ['trust_remote_code', 'attn_implementation']),
  ];
}

function quantise(script: PythonText, config: Config): boolean {
  const four = config.get('load_in_4bit');
  const eight = config.get('load_in_8bit');
  if (isOn(four?.value))
    script.call(
      'quantization_config = BitsAndBytesConfig(',
      [
        fixed('load_in_4bit=True', four?.line),
        fixed(
          `bnb_4bit_quant_type=${literal(config.get('bnb_4bit_quant_type')?.value ?? 'nf4')}`,
          config.get('bnb_4bit_quant_type')?.line,
        ),
        fixed(
          `bnb_4bit_use_double_quant=${literal(config.get('use_bnb_nested_quant')?.value ?? false)}`,
          config.get('use_bnb_nested_quant')?.line,
        ),
      ],
      four?.line,
    );
  else if (isOn(eight?.value))
    script.add('quantization_config = BitsAndBytesConfig(load_in_8bit=True)', eight?.line);
  else return false;
  return true;
}

/** TRL's defaults: rank 16, alpha 32, dropout 0.05, PEFT's own targets. */
function loraArguments(config: Config): Argument[] {
  const or = (key: string, argument: string, value: string): Argument => {
    const entry = config.get(key);
    return fixed(`${argument}=${entry ? literal(entry.value) : value}`, entry?.line);
  };
  const names = config.get('lora_target_modules');
  const list = asNames(names?.value);
  // argparse splits at spaces; a word with commas stays one word.
  const targets = typeof names?.value === 'string' && names.value !== 'all-linear' ? [names.value] : list;
  const saved = config.get('lora_modules_to_save');
  return [
    fixed('task_type="CAUSAL_LM"', config.get('lora_task_type')?.line),
    or('lora_r', 'r', '16'),
    or('lora_alpha', 'lora_alpha', '32'),
    or('lora_dropout', 'lora_dropout', '0.05'),
    ...(names
      ? [
          fixed(
            `target_modules=${names.value === 'all-linear' || list.join() === 'all-linear' ? '"all-linear"' : literal(targets)}`,
            names.line,
          ),
        ]
      : []),
    fixed('bias="none"'),
    ...given(config, ['use_rslora', 'use_dora']),
    ...(saved ? [fixed(`modules_to_save=${literal(asNames(saved.value))}`, saved.line)] : []),
  ];
}

export function trlScript(config: Config, command: string | null): PythonText {
  const script = new PythonText();
  const name = kindOf(config, command);
  const kind = own(kinds, name) ?? { config: 'SFTConfig', trainer: 'SFTTrainer' };
  const named = config.get('model_name_or_path');
  const peft = isOn(config.get('use_peft')?.value);
  const at = named?.line ?? 0;
  script.add(`# What TRL's ${name} script does with this.`);
  script.add('from peft import LoraConfig');
  script.add('from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig');
  script.add(`from trl import ${kind.config}, ${kind.trainer}`);
  script.blank();
  const quantised = quantise(script, config);
  script.call(
    'model = AutoModelForCausalLM.from_pretrained(',
    [
      fixed(literal(asText(named?.value) ?? 'meta-llama/Llama-2-7b-hf'), at),
      ...modelArguments(config, quantised),
    ],
    at,
  );
  if (!named)
    script.note(
      'assumption',
      text('model_name_or_path isn’t there: a llama is assumed.', '没有 model_name_or_path：假定为 llama。'),
    );
  const args = given(
    config,
    [...config.keys()].filter((key) => !trlScriptKeys.has(key)),
  );
  const reentrant = config.get('gradient_checkpointing_use_reentrant');
  script.call(
    `args = ${kind.config}(`,
    [
      ...(config.has('output_dir') ? [] : [fixed('output_dir="out"')]),
      ...args,
      ...(reentrant
        ? [
            fixed(
              `gradient_checkpointing_kwargs={"use_reentrant": ${literal(reentrant.value)}}`,
              reentrant.line,
            ),
          ]
        : []),
    ],
    args[0]?.from,
  );
  if (peft) script.call('peft_config = LoraConfig(', loraArguments(config), config.get('use_peft')?.line);
  else if ([...config.keys()].some((key) => /^lora_/.test(key))) {
    const entry = [...config.entries()].find(([key]) => /^lora_/.test(key));
    script.add(`# ${entry?.[0]} without use_peft: TRL attaches nothing`, entry?.[1].line);
    script.note(
      'assumption',
      text(
        'use_peft isn’t on, so TRL ignores every lora_ key and trains the whole model.',
        '没有开启 use_peft，TRL 会忽略所有 lora_ 键，训练整个模型。',
      ),
    );
  }
  script.blank();
  addDataset(script, config, 'dataset_name', asText(config.get('dataset_train_split')?.value) ?? 'train');
  script.call(
    `trainer = ${kind.trainer}(`,
    [
      fixed('model=model', at),
      fixed('args=args'),
      fixed('train_dataset=dataset', config.get('dataset_name')?.line),
      ...(peft ? [fixed('peft_config=peft_config', config.get('use_peft')?.line)] : []),
    ],
    at,
  );
  script.add('trainer.train()');
  return script;
}
