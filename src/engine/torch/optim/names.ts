// Names of the optimisers and schedules, as transformers.TrainingArguments takes them. The settings offer these, in this order,
// and the registries hold an entry for each. Apart from them, so that a form needs no kernel.

export const optimizerNames = ['adamw_torch', 'sgd', 'lion_32bit', 'adafactor'] as const;
export type OptimizerName = (typeof optimizerNames)[number];

export const scheduleTypes = [
  'linear',
  'cosine',
  'constant',
  'constant_with_warmup',
  'cosine_with_restarts',
  'polynomial',
  'inverse_sqrt',
  'warmup_stable_decay',
  'cosine_with_min_lr',
] as const;
export type ScheduleType = (typeof scheduleTypes)[number];
