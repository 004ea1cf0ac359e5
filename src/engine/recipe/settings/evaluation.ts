// When a run logs, evaluates, saves, keeps its best state and stops early, under the names of transformers.TrainingArguments.
import { defineSetting } from '../../ground/settings/setting.ts';

const same = (text: string) => ({ en: text, zh: text });
const steps = { en: 'steps', zh: '步' };
const evaluations = { en: 'evaluations', zh: '次评估' };

export const evaluationSettings = {
  'train.logging_steps': defineSetting({
    type: { kind: 'number', min: 1, max: 10_000, integer: true, unit: steps },
    default: 1,
    section: 'training',
    advanced: true,
    label: same('logging_steps'),
    help: {
      en: 'After how many steps the curve and the log get a point: the mean loss since the last one. 1 shows every step; TRL’s default is 10, of TrainingArguments 500. More than max_steps: nothing is logged.',
      zh: '每隔多少步在曲线和日志里记一个点，其损失是上一个点以来的平均。1 表示每步都记；TRL 默认 10，TrainingArguments 默认 500。大于 max_steps 则什么都不记。',
    },
    python: { call: 'SFTConfig', argument: 'logging_steps' },
  }),
  'train.eval_steps': defineSetting({
    type: { kind: 'number', min: 0, max: 10_000, integer: true, unit: steps },
    default: 20,
    section: 'training',
    advanced: true,
    label: same('eval_steps'),
    help: {
      en: 'How often the held-out loss is computed, and once at the end; needs test_size above 0. 0: never.',
      zh: '隔多少步计算一次留出集损失，结束时再算一次；需要 test_size 大于 0。0 表示不计算。',
    },
    python: { call: 'SFTConfig', after: "eval_strategy='steps'", argument: 'eval_steps' },
  }),
  'train.save_steps': defineSetting({
    type: { kind: 'number', min: 0, max: 10_000, integer: true, unit: steps },
    default: 0,
    section: 'training',
    advanced: true,
    label: same('save_steps'),
    help: {
      en: 'The run saves itself after every so many steps, so that it can go on after a crash. 0: as often as costs less than 3 % of the time.',
      zh: '每隔这么多步保存一次运行，崩溃后可以继续。0 表示在开销低于 3% 的前提下尽量频繁。',
    },
    python: { call: 'SFTConfig', after: "save_strategy='steps'", argument: 'save_steps' },
  }),
  'train.load_best_model_at_end': defineSetting({
    type: { kind: 'boolean' },
    default: false,
    section: 'training',
    advanced: true,
    label: same('load_best_model_at_end'),
    help: {
      en: 'The run ends with the adapter of the lowest eval_loss, not with the last one. Needs test_size and eval_steps above 0.',
      zh: '运行结束时取 eval_loss 最低时的适配器，而不是最后一步的。需要 test_size 与 eval_steps 大于 0。',
    },
    python: { call: 'SFTConfig', argument: 'load_best_model_at_end' },
  }),
  'train.early_stopping_patience': defineSetting({
    type: { kind: 'number', min: 0, max: 1000, integer: true, unit: evaluations },
    default: 0,
    section: 'training',
    advanced: true,
    label: same('early_stopping_patience'),
    help: {
      en: 'The run stops after so many evaluations in a row without a lower eval_loss. 0: never.',
      zh: '连续这么多次评估 eval_loss 都没有下降时停止。0 表示不提前停止。',
    },
    python: { call: 'EarlyStoppingCallback', argument: 'early_stopping_patience' },
  }),
  'train.early_stopping_threshold': defineSetting({
    type: { kind: 'number', min: 0, max: 100 },
    default: 0,
    section: 'training',
    advanced: true,
    label: same('early_stopping_threshold'),
    help: {
      en: 'A fall of eval_loss by less than this does not count as one.',
      zh: 'eval_loss 的下降小于此值时不算下降。',
    },
    python: { call: 'EarlyStoppingCallback', argument: 'early_stopping_threshold' },
  }),
} as const;
