// Settings of the optimiser beyond its common numbers, under the names of transformers.TrainingArguments and PEFT.
import { jsonObjectProblem } from '../../ground/settings/jsonObject.ts';
import { defineSetting, namedOptions } from '../../ground/settings/setting.ts';
import { optimizerNames } from './names.ts';

export const optimizerSettings = {
  'train.optim': defineSetting({
    type: { kind: 'choice', options: namedOptions(optimizerNames) },
    default: 'adamw_torch',
    section: 'training',
    advanced: true,
    label: { en: 'optim', zh: 'optim' },
    help: {
      en: 'AdamW keeps two numbers a weight, Lion one (use about a tenth of AdamW’s learning rate), Adafactor one a row and one a column, SGD none (it needs a far larger learning rate).',
      zh: 'AdamW 为每个权重保存两个数，Lion 一个（学习率约取 AdamW 的十分之一），Adafactor 每行每列各一个，SGD 不保存（需要大得多的学习率）。',
    },
    python: { call: 'SFTConfig', argument: 'optim' },
  }),
  'train.lr_scheduler_kwargs': defineSetting({
    type: {
      kind: 'text',
      suggestions: ['{}', '{"num_cycles": 3}', '{"min_lr_rate": 0.1}', '{"num_decay_steps": 20}'],
      problem: jsonObjectProblem,
    },
    default: '{}',
    section: 'training',
    advanced: true,
    label: { en: 'lr_scheduler_kwargs', zh: 'lr_scheduler_kwargs' },
    help: {
      en: 'What the schedule takes beside its name, as JSON: num_cycles (cosine, cosine_with_restarts), lr_end and power (polynomial), timescale (inverse_sqrt), num_decay_steps (warmup_stable_decay, required), min_lr or min_lr_rate (cosine_with_min_lr, one required).',
      zh: '学习率计划的其他参数，JSON 形式：num_cycles（cosine、cosine_with_restarts），lr_end 与 power（polynomial），timescale（inverse_sqrt），num_decay_steps（warmup_stable_decay，必填），min_lr 或 min_lr_rate（cosine_with_min_lr，必填其一）。',
    },
    python: { call: 'SFTConfig', argument: 'lr_scheduler_kwargs', form: 'object' },
  }),
  'train.loraplus_lr_ratio': defineSetting({
    type: { kind: 'number', min: 0, max: 64 },
    default: 0,
    section: 'training',
    advanced: true,
    label: { en: 'loraplus_lr_ratio', zh: 'loraplus_lr_ratio' },
    help: {
      en: 'LoRA+: lora_B learns this many times faster than lora_A. 0: off. Usual: 4 to 16.',
      zh: 'LoRA+：lora_B 的学习率是 lora_A 的多少倍。0 表示关闭，常用 4 到 16。',
    },
    python: { call: 'create_loraplus_optimizer', argument: 'loraplus_lr_ratio' },
  }),
} as const;
