// What AutoTrain does with `autotrain llm` or its YAML, as a script (facts from its public source): the default trainer attaches the adapter
// itself, those of TRL are handed the configuration.

import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Config, Entry } from '../config.ts';
import { asNames, asText, isOn, plainValue } from '../config.ts';
import { isRecord } from '../json.ts';
import { addDataset, fixed, given, literal, PythonText } from '../pythonText.ts';

/** Names of its flags, its YAML and its older releases, under the name of its parameters. */
const synonyms: Readonly<Record<string, string>> = {
  base_model: 'model',
  use_peft: 'peft',
  use_int4: 'int4',
  use_int8: 'int8',
  train_batch_size: 'batch_size',
  num_train_epochs: 'epochs',
  learning_rate: 'lr',
  model_max_length: 'block_size',
};

/** The YAML's `params` beside its other keys. */
function autotrainConfig(config: Config): Config {
  const flat = new Map<string, Entry>();
  for (const [key, entry] of config) {
    const inner = key === 'params' && isRecord(entry.value) ? Object.entries(entry.value) : null;
    if (inner)
      for (const [name, value] of inner)
        flat.set(own(synonyms, name) ?? name, { value: plainValue(value), line: entry.line });
    else flat.set(own(synonyms, key) ?? key, entry);
  }
  return flat;
}

const trainers: Readonly<Record<string, readonly [config: string, trainer: string]>> = {
  sft: ['SFTConfig', 'SFTTrainer'],
  dpo: ['DPOConfig', 'DPOTrainer'],
  orpo: ['ORPOConfig', 'ORPOTrainer'],
  reward: ['RewardConfig', 'RewardTrainer'],
};

export function autotrainScript(raw: Config): PythonText {
  const config = autotrainConfig(raw);
  const value = (key: string) => config.get(key)?.value;
  const line = (key: string): number => config.get(key)?.line ?? 0;
  const script = new PythonText();
  const task = /^llm[-:](\w+)$/.exec(asText(value('task')) ?? '')?.[1];
  const name = asText(value('trainer')) ?? task ?? 'default';
  const trl = own(trainers, name);
  const peft = isOn(value('peft'));
  const bits = isOn(value('int4'))
    ? 'int4'
    : isOn(value('int8'))
      ? 'int8'
      : config.has('quantization')
        ? asText(value('quantization'))
        : 'int4';
  const quantised = peft && (bits === 'int4' || bits === 'int8');
  const checkpointing = !isOn(value('disable_gradient_checkpointing'));
  const reentrant = quantised ? 'True' : 'False';
  const model = literal(asText(value('model')) ?? 'gpt2');

  script.add(`# What AutoTrain does with this: trainer ${name}.`);
  script.add('import torch');
  script.add('from peft import LoraConfig, get_peft_model, prepare_model_for_kbit_training');
  script.add(
    'from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, Trainer, TrainingArguments',
  );
  if (trl) script.add(`from trl import ${trl.join(', ')}`, line('trainer'));
  script.blank();
  if (quantised)
    script.add(
      bits === 'int4'
        ? 'quantization_config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=torch.float16, bnb_4bit_use_double_quant=False)'
        : 'quantization_config = BitsAndBytesConfig(load_in_8bit=True)',
      line('quantization') || line('int4') || line('int8'),
    );
  script.add(`tokenizer = AutoTokenizer.from_pretrained(${model})`, line('model'));
  script.add(
    `model = AutoModelForCausalLM.from_pretrained(${model}${quantised ? ', quantization_config=quantization_config' : ''})`,
    line('model'),
  );
  script.add('model.resize_token_embeddings(len(tokenizer))');
  const targets = asNames(value('target_modules') ?? 'all-linear');
  if (peft) {
    if (!trl && quantised)
      script.add(
        `model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=${checkpointing ? 'True' : 'False'}, gradient_checkpointing_kwargs=${checkpointing ? `{"use_reentrant": ${reentrant}}` : '{}'})`,
        line('peft'),
      );
    else if (!trl) script.add('model.enable_input_require_grads()', line('peft'));
    script.call(
      'peft_config = LoraConfig(',
      [
        fixed(`r=${literal(value('lora_r') ?? 16)}`, line('lora_r')),
        fixed(`lora_alpha=${literal(value('lora_alpha') ?? 32)}`, line('lora_alpha')),
        fixed(`lora_dropout=${literal(value('lora_dropout') ?? 0.05)}`, line('lora_dropout')),
        fixed('bias="none"'),
        fixed('task_type="CAUSAL_LM"'),
        fixed(
          `target_modules=${targets.join() === 'all-linear' ? '"all-linear"' : literal(targets)}`,
          line('target_modules'),
        ),
      ],
      line('peft'),
    );
    if (!trl) script.add('model = get_peft_model(model, peft_config)', line('peft'));
  }
  const mixed = asText(value('mixed_precision'));
  const args = given(config, [
    ['batch_size', 'per_device_train_batch_size'],
    ['lr', 'learning_rate'],
    ['epochs', 'num_train_epochs'],
    ['gradient_accumulation', 'gradient_accumulation_steps'],
    ['optimizer', 'optim'],
    ['scheduler', 'lr_scheduler_type'],
    'warmup_ratio',
    'weight_decay',
    'max_grad_norm',
    'seed',
  ]);
  script.call(
    `args = ${trl?.[0] ?? 'TrainingArguments'}(`,
    [
      fixed(`output_dir=${literal(value('project_name') ?? 'project-name')}`, line('project_name')),
      ...args,
      fixed(
        `gradient_checkpointing=${checkpointing ? 'True' : 'False'}`,
        line('disable_gradient_checkpointing'),
      ),
      ...(checkpointing ? [fixed(`gradient_checkpointing_kwargs={"use_reentrant": ${reentrant}}`)] : []),
      ...(mixed === 'fp16' || mixed === 'bf16' ? [fixed(`${mixed}=True`, line('mixed_precision'))] : []),
    ],
    line('project_name') || args[0]?.from,
  );
  script.blank();
  addDataset(script, config, 'data_path', 'train');
  script.call(
    `trainer = ${trl?.[1] ?? 'Trainer'}(`,
    [
      fixed('model=model', line('model')),
      fixed('args=args'),
      fixed('train_dataset=dataset', line('data_path')),
      ...(trl && peft ? [fixed('peft_config=peft_config', line('peft'))] : []),
    ],
    line('trainer') || line('model'),
  );
  script.add('trainer.train()');
  if (isOn(value('unsloth')))
    script.note(
      'assumption',
      text(
        'unsloth is on; the model is loaded by transformers here.',
        '开启了 unsloth；此处由 transformers 载入模型。',
      ),
    );
  return script;
}
