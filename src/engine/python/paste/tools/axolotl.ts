// What axolotl does with its YAML, as a script: the calls of its model loader, its adapter loader and its trainer's builder, in their order
// (facts from its public source). Rows, packing kernels and logging are left out.

import { own } from '../../../ground/own.ts';
import { text } from '../../../ground/text.ts';
import type { Config } from '../config.ts';
import { asNames, asText, isOn } from '../config.ts';
import type { Argument } from '../pythonText.ts';
import { addDataset, fixed, given, literal, PythonText } from '../pythonText.ts';
import type { Precision } from './axolotlChecks.ts';
import { checkpointingKwargs, precisionOf, refusal } from './axolotlChecks.ts';
import { axolotlTrainingKeys } from './keys.ts';

function load(script: PythonText, config: Config, precision: Precision): void {
  const named = config.get('base_model');
  const name = literal(asText(named?.value) ?? 'meta-llama/Llama-2-7b-hf');
  const adapter = asText(config.get('adapter')?.value);
  const four = adapter === 'qlora' && isOn(config.get('load_in_4bit')?.value);
  const eight = adapter === 'lora' && isOn(config.get('load_in_8bit')?.value);
  if (four)
    script.call(
      'quantization_config = BitsAndBytesConfig(',
      [
        'load_in_4bit=True',
        'llm_int8_threshold=6.0',
        'llm_int8_has_fp16_weight=False',
        `bnb_4bit_compute_dtype=${precision.type}`,
        'bnb_4bit_use_double_quant=True',
        'bnb_4bit_quant_type="nf4"',
        'bnb_4bit_quant_storage=torch.bfloat16',
      ].map((argument) => fixed(argument, config.get('load_in_4bit')?.line)),
      config.get('load_in_4bit')?.line,
    );
  else if (eight)
    script.add(
      'quantization_config = BitsAndBytesConfig(load_in_8bit=True)',
      config.get('load_in_8bit')?.line,
    );
  script.add(`tokenizer = AutoTokenizer.from_pretrained(${name})`, named?.line);
  script.call(
    'model = AutoModelForCausalLM.from_pretrained(',
    [
      fixed(name, named?.line),
      fixed(`torch_dtype=${precision.type}`, precision.line),
      ...(four || eight
        ? [fixed('quantization_config=quantization_config', config.get('adapter')?.line)]
        : []),
      ...given(config, ['trust_remote_code']),
    ],
    named?.line,
  );
  const half = ['load_in_4bit', 'load_in_8bit'].find((key) => isOn(config.get(key)?.value));
  if (half && !four && !eight)
    script.note(
      'assumption',
      text(
        `axolotl quantises in 4 bits for adapter: qlora and in 8 bits for adapter: lora; ${half} beside another adapter is left out.`,
        `axolotl 只对 adapter: qlora 做 4 位量化，对 adapter: lora 做 8 位量化；与其他适配器并用的 ${half} 不起作用。`,
      ),
    );
  if (config.has('special_tokens') || config.has('tokens'))
    script.add(
      'model.resize_token_embeddings(len(tokenizer))',
      config.get('tokens')?.line ?? config.get('special_tokens')?.line,
    );
}

function loraArguments(config: Config): Argument[] {
  const modules = asNames(config.get('lora_target_modules')?.value);
  const linear = config.get('lora_target_linear');
  const saved = asNames(config.get('lora_modules_to_save')?.value);
  const target = isOn(linear?.value)
    ? fixed('target_modules="all-linear"', linear?.line)
    : fixed(`target_modules=${literal(modules)}`, config.get('lora_target_modules')?.line);
  return [
    ...given(config, [['lora_r', 'r'], 'lora_alpha']),
    target,
    ...given(config, [
      ['lora_target_parameters', 'target_parameters'],
      ['peft_layers_to_transform', 'layers_to_transform'],
      ['peft_layers_pattern', 'layers_pattern'],
      'lora_dropout',
      ['lora_fan_in_fan_out', 'fan_in_fan_out'],
    ]),
    ...(saved.length > 0
      ? [fixed(`modules_to_save=${literal(saved)}`, config.get('lora_modules_to_save')?.line)]
      : []),
    ...given(config, [
      ['peft_init_lora_weights', 'init_lora_weights'],
      ['peft_use_dora', 'use_dora'],
      ['peft_use_rslora', 'use_rslora'],
      ['lora_rank_pattern', 'rank_pattern'],
      ['lora_alpha_pattern', 'alpha_pattern'],
      ['peft_trainable_token_indices', 'trainable_token_indices'],
      ['peft_ensure_weight_tying', 'ensure_weight_tying'],
    ]),
    fixed('bias="none"'),
    fixed('task_type="CAUSAL_LM"'),
  ];
}

function adapt(script: PythonText, config: Config, adapter: string): void {
  const checkpointing = config.get('gradient_checkpointing');
  const kwargs = checkpointingKwargs(config);
  const quantised = isOn(config.get('load_in_8bit')?.value) || isOn(config.get('load_in_4bit')?.value);
  if (checkpointing && checkpointing.value !== false && checkpointing.value !== null)
    script.add(
      `model.gradient_checkpointing_enable(gradient_checkpointing_kwargs=${literal(kwargs)})`,
      config.get('gradient_checkpointing_kwargs')?.line ?? checkpointing.line,
    );
  if (quantised)
    script.add(
      `model = prepare_model_for_kbit_training(model, use_gradient_checkpointing=${literal(checkpointing?.value ?? false)})`,
      config.get('load_in_4bit')?.line ?? config.get('load_in_8bit')?.line,
    );
  const directory = config.get('lora_model_dir');
  script.call('lora_config = LoraConfig(', loraArguments(config), config.get('adapter')?.line);
  const cast = config.get('peft_autocast_adapter_dtype');
  const rest = cast ? `, autocast_adapter_dtype=${literal(cast.value)}` : '';
  if (directory && directory.value !== null)
    script.add(
      `model = PeftModel.from_pretrained(model, ${literal(directory.value)}, is_trainable=True${rest})`,
      directory.line,
    );
  else script.add(`model = get_peft_model(model, lora_config${rest})`, config.get('adapter')?.line);
  if (adapter !== 'lora' && adapter !== 'qlora')
    script.note(
      'not-modelled',
      text(`adapter: ${adapter} is not acted out here.`, `此处不模拟 adapter: ${adapter}。`),
    );
  script.add('model.print_trainable_parameters()');
}

/** Built by axolotl, where transformers has no such name. */
const ownOptimizers =
  /^(muon|dion|optimi_adamw|ao_adamw_fp8|adopt_adamw|came_pytorch|sinkgd|q_galore_adamw8bit|flash_\w+)$/;
const ownSchedules = /^(one_cycle|rex)$/;

/** TRL's trainers take a class of their own. */
function trainingArguments(
  script: PythonText,
  config: Config,
  precision: Precision,
  className: string,
): void {
  const checkpointing = config.get('gradient_checkpointing');
  const on = checkpointing !== undefined && checkpointing.value !== false && checkpointing.value !== null;
  const scheduler = config.get('lr_scheduler');
  const optimizer = asText(config.get('optimizer')?.value) ?? '';
  const args = given(config, [
    ...axolotlTrainingKeys,
    ['micro_batch_size', 'per_device_train_batch_size'],
    ['num_epochs', 'num_train_epochs'],
    ...(ownOptimizers.test(optimizer) ? [] : [['optimizer', 'optim'] as const]),
    ...(ownSchedules.test(asText(scheduler?.value) ?? '')
      ? []
      : [['lr_scheduler', 'lr_scheduler_type'] as const]),
    'deepspeed',
    'fsdp',
    'fsdp_config',
  ]);
  script.call(
    `args = ${className}(`,
    [
      ...(config.has('output_dir') ? [] : [fixed('output_dir="model-out"')]),
      ...args,
      fixed(`bf16=${literal(precision.bf16)}`, precision.line),
      fixed(`fp16=${literal(precision.fp16)}`, precision.line),
      ...(on
        ? [
            fixed('gradient_checkpointing=True', checkpointing?.line),
            fixed(
              `gradient_checkpointing_kwargs=${literal(checkpointingKwargs(config) ?? { use_reentrant: false })}`,
              config.get('gradient_checkpointing_kwargs')?.line ?? checkpointing?.line,
            ),
          ]
        : []),
    ],
    args[0]?.from,
  );
}

const preference: Readonly<Record<string, readonly [config: string, trainer: string]>> = {
  dpo: ['DPOConfig', 'DPOTrainer'],
  ipo: ['DPOConfig', 'DPOTrainer'],
  orpo: ['ORPOConfig', 'ORPOTrainer'],
  kto: ['KTOConfig', 'KTOTrainer'],
  grpo: ['GRPOConfig', 'GRPOTrainer'],
  simpo: ['CPOConfig', 'CPOTrainer'],
};

/** Keys that change what is trained, and that nobody here acts out. */
const notActedOut = [
  'relora',
  'lisa_n_layers',
  'unfrozen_parameters',
  'qat',
  'reward_model',
  'process_reward_model',
  'layer_offloading',
  'activation_offloading',
  'gptq',
];

export function axolotlScript(config: Config): PythonText {
  const script = new PythonText();
  const adapter = asText(config.get('adapter')?.value);
  const rl = asText(config.get('rl')?.value);
  const pair = rl === null ? undefined : own(preference, rl);
  const precision = precisionOf(config);
  script.add(
    `# What axolotl does with this: ${adapter ? `adapter ${adapter}` : 'full fine-tuning'}${rl ? `, rl ${rl}` : ''}.`,
  );
  script.add('import torch');
  script.add('from peft import LoraConfig, PeftModel, get_peft_model, prepare_model_for_kbit_training');
  script.add(
    'from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig, Trainer, TrainingArguments',
  );
  if (pair) script.add(`from trl import ${pair.join(', ')}`, config.get('rl')?.line);
  script.blank();
  const refused = refusal(config);
  if (refused) script.add(`raise ValueError(${literal(refused.message)})`, refused.line);
  load(script, config, precision);
  for (const key of notActedOut) {
    const value = config.get(key)?.value;
    if (value !== undefined && value !== null && value !== false)
      script.notModelled(
        key,
        config,
        text(
          `${key} changes what is trained in a way that isn’t acted out here.`,
          `${key} 会改变训练的内容，此处不模拟。`,
        ),
      );
  }
  // For DPO and its kin axolotl hands TRL the configuration, and TRL attaches.
  const byTrainer = adapter !== null && ['dpo', 'ipo', 'kto'].includes(rl ?? '');
  if (byTrainer) script.call('lora_config = LoraConfig(', loraArguments(config), config.get('adapter')?.line);
  else if (adapter) adapt(script, config, adapter);
  trainingArguments(script, config, precision, pair?.[0] ?? 'TrainingArguments');
  script.blank();
  addDataset(script, config, 'datasets', 'train');
  script.call(
    `trainer = ${pair?.[1] ?? 'Trainer'}(`,
    [
      fixed('model=model'),
      fixed('args=args'),
      fixed('train_dataset=dataset', config.get('datasets')?.line),
      ...(byTrainer ? [fixed('peft_config=lora_config', config.get('adapter')?.line)] : []),
    ],
    config.get('rl')?.line ?? config.get('base_model')?.line,
  );
  script.add('trainer.train()');
  if (config.has('datasets'))
    script.note(
      'assumption',
      text(
        'The rows and their prompt strategy are axolotl’s; rows with an answer that is trained on stand in for them.',
        '数据行及其提示策略由 axolotl 处理；此处用含有可训练回答的行代替。',
      ),
    );
  return script;
}
