// Settings of the training loop, under the names of transformers.TrainingArguments and trl.SFTConfig.
import { defineSetting, namedOptions } from '../../ground/settings/setting.ts';
import { scheduleTypes } from '../../torch/optim/names.ts';

const steps = { en: 'steps', zh: '步' };
const rows = { en: 'rows', zh: '行' };

export const trainSettings = {
  'train.learning_rate': defineSetting({
    type: { kind: 'number', min: 0, max: 1, scale: 'log' },
    default: 2e-3,
    section: 'training',
    label: { en: 'learning_rate', zh: 'learning_rate' },
    help: {
      en: 'Size of each update. LoRA: 1e-4 to 5e-4 for large models, up to 5e-3 for the small embedded one. Too high: the loss jumps or turns NaN. 0: nothing is learnt.',
      zh: '每次更新的幅度。大模型 LoRA 用 1e-4 到 5e-4，内置小模型可到 5e-3。太大损失会跳动或变成 NaN；为 0 则什么都学不到。',
    },
    python: { call: 'SFTConfig', argument: 'learning_rate' },
  }),
  'train.max_steps': defineSetting({
    type: { kind: 'number', min: -1, max: 100_000, integer: true, unit: steps },
    default: 60,
    section: 'training',
    label: { en: 'max_steps', zh: 'max_steps' },
    help: {
      en: 'Optimiser steps of the run; −1 trains num_train_epochs instead. 40–200 is enough for small data.',
      zh: '优化器步数；−1 表示改按 num_train_epochs 训练。小数据 40–200 步即可。',
    },
    python: { call: 'SFTConfig', argument: 'max_steps' },
  }),
  'train.num_train_epochs': defineSetting({
    type: { kind: 'number', min: 0.01, max: 1000 },
    default: 3,
    section: 'training',
    advanced: true,
    label: { en: 'num_train_epochs', zh: 'num_train_epochs' },
    help: {
      en: 'Passes over the data, used when max_steps is −1.',
      zh: '数据遍历次数，仅当 max_steps 为 −1 时使用。',
    },
    python: { call: 'SFTConfig', argument: 'num_train_epochs' },
  }),
  'train.per_device_train_batch_size': defineSetting({
    type: { kind: 'number', min: 1, max: 64, integer: true, unit: rows },
    default: 4,
    section: 'training',
    label: { en: 'batch size', zh: '批大小' },
    help: {
      en: 'Rows in one forward pass. More rows: smoother gradient, more memory.',
      zh: '一次前向的行数。越多梯度越平滑，显存也越多。',
    },
    python: { call: 'SFTConfig', argument: 'per_device_train_batch_size' },
  }),
  'train.gradient_accumulation_steps': defineSetting({
    type: { kind: 'number', min: 1, max: 64, integer: true },
    default: 1,
    section: 'training',
    advanced: true,
    label: { en: 'gradient_accumulation_steps', zh: 'gradient_accumulation_steps' },
    help: {
      en: 'Batches summed before an update; the loss is normalised over the tokens of the whole window.',
      zh: '累积多少批再更新一次；损失按整个窗口的词元数归一化。',
    },
    python: { call: 'SFTConfig', argument: 'gradient_accumulation_steps' },
  }),
  'train.lr_scheduler_type': defineSetting({
    type: { kind: 'choice', options: namedOptions(scheduleTypes) },
    default: 'linear',
    section: 'training',
    advanced: true,
    label: { en: 'lr_scheduler_type', zh: 'lr_scheduler_type' },
    help: { en: 'How the learning rate moves over the run.', zh: '学习率随训练如何变化。' },
    python: { call: 'SFTConfig', argument: 'lr_scheduler_type' },
  }),
  'train.warmup_steps': defineSetting({
    type: { kind: 'number', min: 0, max: 10_000, unit: steps },
    default: 2,
    section: 'training',
    advanced: true,
    label: { en: 'warmup_steps', zh: 'warmup_steps' },
    help: {
      en: 'Steps in which the learning rate grows from 0 (the first step has learning rate 0). Below 1 it is a share of the run. Longer than the run: nothing much is learnt.',
      zh: '学习率从 0 升起的步数（第一步学习率为 0）。小于 1 时表示占总步数的比例。比总步数还长就几乎学不到东西。',
    },
    python: { call: 'SFTConfig', argument: 'warmup_steps', form: 'number' },
  }),
  'train.weight_decay': defineSetting({
    type: { kind: 'number', min: 0, max: 1 },
    default: 0,
    section: 'training',
    advanced: true,
    label: { en: 'weight_decay', zh: 'weight_decay' },
    help: {
      en: 'Pull of the adapter toward zero at each step (AdamW). Usual: 0–0.1.',
      zh: '每步把适配器拉向零的强度（AdamW）。常用 0–0.1。',
    },
    python: { call: 'SFTConfig', argument: 'weight_decay' },
  }),
  'train.adam_beta1': defineSetting({
    type: { kind: 'number', min: 0, max: 0.9999 },
    default: 0.9,
    section: 'training',
    advanced: true,
    label: { en: 'adam_beta1', zh: 'adam_beta1' },
    help: { en: 'Memory of the mean gradient.', zh: '梯度均值的记忆系数。' },
    python: { call: 'SFTConfig', argument: 'adam_beta1' },
  }),
  'train.adam_beta2': defineSetting({
    type: { kind: 'number', min: 0, max: 0.99999 },
    default: 0.999,
    section: 'training',
    advanced: true,
    label: { en: 'adam_beta2', zh: 'adam_beta2' },
    help: { en: 'Memory of the squared gradient.', zh: '梯度平方的记忆系数。' },
    python: { call: 'SFTConfig', argument: 'adam_beta2' },
  }),
  'train.adam_epsilon': defineSetting({
    type: { kind: 'number', min: 0, max: 1, scale: 'log' },
    default: 1e-8,
    section: 'training',
    advanced: true,
    label: { en: 'adam_epsilon', zh: 'adam_epsilon' },
    help: {
      en: 'Keeps the division by the root of the squared gradient safe.',
      zh: '防止除以过小的梯度平方根。',
    },
    python: { call: 'SFTConfig', argument: 'adam_epsilon' },
  }),
  'train.max_grad_norm': defineSetting({
    type: { kind: 'number', min: 0, max: 1000 },
    default: 1,
    section: 'training',
    advanced: true,
    label: { en: 'max_grad_norm', zh: 'max_grad_norm' },
    help: {
      en: 'Longer gradients are shortened to this norm; 0 turns clipping off.',
      zh: '超过此范数的梯度会被缩短；0 表示不裁剪。',
    },
    python: { call: 'SFTConfig', argument: 'max_grad_norm' },
  }),
  'train.seed': defineSetting({
    type: { kind: 'number', min: 0, max: 4_294_967_295, integer: true },
    default: 42,
    section: 'training',
    label: { en: 'seed', zh: '随机种子' },
    help: {
      en: 'Drives the initial LoRA weights and the order of the rows, as PyTorch draws them.',
      zh: '决定 LoRA 初始权重与数据顺序，抽取方式与 PyTorch 相同。',
    },
    python: { call: 'SFTConfig', argument: 'seed' },
  }),
} as const;
