// Which argument of which Python class is which setting. The reverse of the script: used to read a pasted one.
import type { SettingKey } from '../../recipe/recipe.ts';
import type { PythonValue } from './pythonReader.ts';

export type Plain = string | number | boolean;
export interface Assignment {
  readonly key: SettingKey;
  readonly value: Plain;
}
/** Settings that an argument stands for; [] when it changes nothing here; null when it is not understood. */
export type Reading = readonly Assignment[] | null;
export type ArgumentReader = (value: PythonValue) => Reading;

export const literal = (value: PythonValue): string | number | boolean | null | undefined =>
  value.kind === 'literal' ? value.value : undefined;

export const as =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    const plain = literal(value);
    return plain === undefined || plain === null ? null : [{ key, value: plain }];
  };
export const nothing: ArgumentReader = () => [];

const names = (value: PythonValue): string | null => {
  if (value.kind === 'list') {
    const items = value.items.map(literal);
    return items.every((item) => typeof item === 'string') ? JSON.stringify(items) : null;
  }
  const plain = literal(value);
  if (plain === null) return 'None';
  return typeof plain === 'string' ? plain : null;
};
export const asNames =
  (key: SettingKey, none: string): ArgumentReader =>
  (value) => {
    const text = names(value);
    return text === null ? null : [{ key, value: text === 'None' ? none : text }];
  };

/** `{"use_reentrant": False}` for one of the two settings that hold it. */
export const reentrant =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    if (literal(value) === null) return [];
    if (value.kind !== 'dict') return null;
    const entry = value.entries.find(([name]) => literal(name) === 'use_reentrant');
    const plain = entry && literal(entry[1]);
    if (value.entries.length !== 1) return value.entries.length === 0 ? [] : null;
    return typeof plain === 'boolean' ? [{ key, value: plain ? 'true' : 'false' }] : null;
  };

/** Adam in any dress is AdamW here; what is no optimiser of ours is told. */
const optim: ArgumentReader = (value) => {
  const name = String(literal(value));
  if (/^(sgd|lion_32bit|adafactor)$/.test(name)) return [{ key: 'train.optim', value: name }];
  return /^(paged_)?adamw_(torch(_fused)?|hf|bnb_8bit|8bit|32bit)$/.test(name)
    ? [{ key: 'train.optim', value: 'adamw_torch' }]
    : null;
};

/** A dictionary of numbers and texts as the JSON text of a setting. */
export const asObject =
  (key: SettingKey): ArgumentReader =>
  (value) => {
    if (literal(value) === null) return [];
    if (value.kind !== 'dict') return null;
    const entries = value.entries.map(([name, entry]) => [literal(name), literal(entry)] as const);
    const plain = entries.every(
      ([name, entry]) => typeof name === 'string' && (typeof entry === 'number' || typeof entry === 'string'),
    );
    return plain ? [{ key, value: JSON.stringify(Object.fromEntries(entries)) }] : null;
  };

/** torch.bfloat16, "bfloat16". */
const dtype: ArgumentReader = (value) => {
  const text = value.kind === 'source' ? value.text : String(literal(value));
  const match = /^(?:torch\.)?(float32|bfloat16|float16|half)$/.exec(text);
  if (match) return [{ key: 'model.dtype', value: match[1] === 'half' ? 'float16' : (match[1] ?? '') }];
  return text === 'auto' ? [] : null;
};

export const loraPlusArguments: Readonly<Record<string, ArgumentReader>> = {
  loraplus_lr_ratio: as('train.loraplus_lr_ratio'),
};

/** Rows held out: a share of them; a count has no knob. */
export const splitArguments: Readonly<Record<string, ArgumentReader>> = {
  test_size: as('data.test_size'),
  seed: nothing,
  shuffle: (value) => (literal(value) === false ? null : []),
};

export const earlyStoppingArguments: Readonly<Record<string, ArgumentReader>> = {
  early_stopping_patience: as('train.early_stopping_patience'),
  early_stopping_threshold: as('train.early_stopping_threshold'),
};

export const bitsAndBytesArguments: Readonly<Record<string, ArgumentReader>> = {
  load_in_4bit: (value) =>
    literal(value) === false ? [{ key: 'bnb.bnb_4bit_quant_type', value: 'none' }] : [],
  bnb_4bit_quant_type: as('bnb.bnb_4bit_quant_type'),
  bnb_4bit_use_double_quant: as('bnb.bnb_4bit_use_double_quant'),
  bnb_4bit_compute_dtype: nothing,
};

export const modelArguments: Readonly<Record<string, ArgumentReader>> = {
  torch_dtype: dtype,
  dtype,
  load_in_4bit: (value) =>
    literal(value) === true ? [{ key: 'bnb.bnb_4bit_quant_type', value: 'fp4' }] : [],
  quantization_config: nothing,
  device_map: nothing,
  trust_remote_code: nothing,
  attn_implementation: nothing,
  use_cache: nothing,
  low_cpu_mem_usage: nothing,
};

export const prepareArguments: Readonly<Record<string, ArgumentReader>> = {
  use_gradient_checkpointing: as('wiring.prepare.use_gradient_checkpointing'),
  gradient_checkpointing_kwargs: reentrant('wiring.prepare.use_reentrant'),
};

const same = [
  'learning_rate',
  'max_steps',
  'num_train_epochs',
  'per_device_train_batch_size',
  'gradient_accumulation_steps',
  'lr_scheduler_type',
  'warmup_steps',
  'weight_decay',
  'adam_beta1',
  'adam_beta2',
  'adam_epsilon',
  'max_grad_norm',
  'max_length',
  'seed',
  'eval_steps',
  'gradient_checkpointing',
  'completion_only_loss',
  'assistant_only_loss',
  'label_smoothing_factor',
  'neftune_noise_alpha',
  'load_best_model_at_end',
  'fp16',
] as const;

/** Where a run writes and logs changes nothing here. */
const irrelevant = [
  'output_dir',
  'logging_steps',
  'logging_dir',
  'logging_strategy',
  'logging_first_step',
  'report_to',
  'run_name',
  'save_strategy',
  'save_total_limit',
  'eval_strategy',
  'evaluation_strategy',
  'per_device_eval_batch_size',
  'bf16',
  'tf32',
  'push_to_hub',
  'hub_model_id',
  'disable_tqdm',
  'remove_unused_columns',
  'dataset_text_field',
  'overwrite_output_dir',
  'do_train',
  'do_eval',
  'metric_for_best_model',
  'greater_is_better',
  'dataloader_num_workers',
];

export const trainingArguments: Readonly<Record<string, ArgumentReader>> = {
  ...Object.fromEntries(same.map((name) => [name, as(`train.${name}`)])),
  ...Object.fromEntries(irrelevant.map((name) => [name, nothing])),
  optim,
  lr_scheduler_kwargs: asObject('train.lr_scheduler_kwargs'),
  max_seq_length: as('train.max_length'),
  beta: as('train.beta'),
  loss_type: (value) => {
    const name = String(literal(value));
    if (/^(sigmoid|hinge|ipo)$/.test(name)) return [{ key: 'train.dpo_loss_type', value: name }];
    return /^(nll|chunked_nll)$/.test(name) ? [] : null;
  },
  save_steps: (value) => {
    const plain = literal(value);
    return typeof plain === 'number' ? [{ key: 'train.save_steps', value: plain }] : null;
  },
  // The strategy's default; packing_strategy says more.
  packing: (value) => (literal(value) === true ? [{ key: 'train.packing', value: 'bfd' }] : []),
  packing_strategy: (value) => {
    const known: Readonly<Record<string, string>> = { ffd: 'bfd', 'bfd-requeue': 'bfd_split' };
    const name = String(literal(value));
    const packing = known[name] ?? name;
    return /^(bfd|bfd_split|wrapped)$/.test(packing) ? [{ key: 'train.packing', value: packing }] : null;
  },
  activation_checkpointing: as('train.gradient_checkpointing'),
  gradient_checkpointing_kwargs: reentrant('train.use_reentrant'),
  activation_checkpointing_kwargs: reentrant('train.use_reentrant'),
  // A share of the run stands in warmup_steps below 1.
  warmup_ratio: (value) => {
    const plain = literal(value);
    return typeof plain === 'number' && plain < 1
      ? plain === 0
        ? []
        : [{ key: 'train.warmup_steps', value: plain }]
      : null;
  },
};

/** What a trainer is handed beside its configuration: objects of the script, none of them a knob. */
export const trainerArguments: ReadonlySet<string> = new Set([
  ...['model', 'args', 'train_dataset', 'eval_dataset', 'processing_class', 'tokenizer', 'data_collator'],
  ...['peft_config', 'callbacks', 'max_seq_length', 'max_length', 'dataset_text_field'],
]);

/** Calls that change how a model is built or trained, by their names: whichever of them has no knob is told. */
export const isConfiguration = (name: string): boolean =>
  /(Config|Arguments|Trainer)$/.test(name) ||
  /(^|\.)(prepare_\w+|freeze_\w+|resize_token_embeddings|add_weighted_adapter|delete_adapter|half|bfloat16|compile)$/.test(
    name,
  );
