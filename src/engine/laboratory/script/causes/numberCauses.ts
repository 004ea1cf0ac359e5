// Losses of 0 and NaN: labels that are all masked, numbers that overflow, and a frozen adapter behind a hook.

import { text } from '../../../ground/text.ts';
import type { SymptomRule, WeighedCause } from './cause.ts';
import { always } from './cause.ts';
import { frozenCauses } from './frozenCauses.ts';

const masked: readonly WeighedCause[] = [
  {
    id: 'labels-masked',
    cause: text(
      'Every label is -100: the marker that separates prompt and answer (response_template, response_part, the chat template’s generation block) doesn’t occur in the rows as they are tokenised.',
      '所有标签都是 -100：分隔提示与回答的标记（response_template、response_part、聊天模板的 generation 块）在分词后的数据中没有出现。',
    ),
    tells: text(
      'The marker in the script against one printed row; “Could not find response key” in the log.',
      '把脚本中的标记与打印出的一行数据对照；日志中有 “Could not find response key”。',
    ),
    weight: ({ has }) => 4 + (has('response-not-found') || has('labels-masked') ? 5 : 0),
  },
  {
    id: 'labels-masked-by-truncation',
    cause: text(
      'Every label is -100 because rows are longer than max_length and the cut takes the answers.',
      '行长于 max_length，回答被截掉，因此所有标签都是 -100。',
    ),
    tells: text(
      'The number of tokens of a row against max_length / max_seq_length.',
      '一行的词元数与 max_length / max_seq_length 的比较。',
    ),
    weight: always(3),
  },
];

const overflow: WeighedCause = {
  id: 'half-precision-overflow',
  cause: text(
    'Numbers overflow in float16, or the weights are NaN after the first update: a model made in bfloat16 that is loaded or run in float16, or a learning rate that is too large.',
    'float16 中数值溢出，或第一次更新后权重成为 NaN：以 bfloat16 训练的模型却用 float16 载入或运行，或学习率过大。',
  ),
  tells: text(
    'fp16=True or torch_dtype=float16 in the script, and a first loss that is still a number.',
    '脚本中有 fp16=True 或 torch_dtype=float16，且第一个损失仍是正常数值。',
  ),
  weight: ({ has }) => 3 + (has('grad-norm-nan') ? 3 : 0),
};

const attention: WeighedCause = {
  id: 'attention-kernel',
  cause: text(
    'The attention kernel gives NaN for rows that are padded on the left or wholly masked, on this device or with this version.',
    '注意力内核在左填充或整行被掩码时给出 NaN，与设备或版本有关。',
  ),
  tells: text(
    'The same run with attn_implementation="eager" (in LLaMA-Factory flash_attn: disabled).',
    '用 attn_implementation="eager" 再跑一次（LLaMA-Factory 中为 flash_attn: disabled）。',
  ),
  weight: ({ has }) => 1 + (has('grad-norm-nan') ? 1 : 0),
};

const lazy: WeighedCause = {
  id: 'learning-rate-zero',
  cause: text(
    'The learning rate is 0 or rounds to nothing: a warm-up longer than the run, a schedule that has ended, bfloat16 weights that updates don’t reach.',
    '学习率为 0 或小到没有作用：预热比训练还长、调度已结束、bfloat16 权重接不住更新。',
  ),
  tells: text(
    'learning_rate in the log, warmup_steps against the number of steps.',
    '日志中的 learning_rate，以及 warmup_steps 与总步数的比较。',
  ),
  weight: always(2),
};

export const numberRules: readonly SymptomRule[] = [
  {
    id: 'labels-masked',
    fits: ({ error, has }) =>
      /All labels in your dataset are -100/.test(error) ||
      (error === '' && (has('labels-masked') || has('response-not-found'))),
    says: () =>
      text(
        'No token of the rows is trained on: every label is masked, so the loss is 0 or NaN whatever the adapter does.',
        '数据中没有任何被训练的词元：所有标签都被掩码，无论适配器如何，损失都是 0 或 NaN。',
      ),
    causes: () => masked,
  },
  {
    id: 'loss-zero',
    fits: ({ error, has }) => error === '' && has('loss-zero'),
    says: ({ has }) =>
      has('grad-norm-nan')
        ? text(
            'A loss of exactly 0 with a gradient norm of NaN: Trainer logs a NaN loss as 0.0 (logging_nan_inf_filter).',
            '损失恰为 0 而梯度范数为 NaN：Trainer 会把 NaN 损失记为 0.0（logging_nan_inf_filter）。',
          )
        : text(
            'A loss of exactly 0 isn’t a perfect model: either no label counts, or the loss is NaN and Trainer logs it as 0.0.',
            '损失恰为 0 并不是模型完美：要么没有有效标签，要么损失是 NaN 而被 Trainer 记为 0.0。',
          ),
    causes: () => [...masked, overflow, attention],
  },
  {
    id: 'loss-nan',
    fits: ({ error, has }) => error === '' && (has('loss-nan') || has('grad-norm-nan')),
    says: () => text('The loss or its gradient isn’t a number any more.', '损失或其梯度已经不是数值。'),
    causes: () => [overflow, ...masked, attention],
  },
  {
    id: 'loss-constant',
    fits: ({ error, has }) => error === '' && has('loss-constant'),
    says: () => text('The loss doesn’t move at all.', '损失完全不动。'),
    causes: () => [
      lazy,
      ...frozenCauses.filter(({ id }) => id !== 'no-grad-context' && id !== 'detached-loss').slice(1, 7),
    ],
  },
];
