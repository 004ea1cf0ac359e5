// The graph is whole and still nothing is learnt: masked labels, a scale of zero.
import { counted } from '../../../ground/counted.ts';
import type { DoctorEntry } from '../entry.ts';
import { same, text } from '../entry.ts';
import type { DoctorFacts } from '../facts.ts';

const gradients = ({ examination: { outcome } }: DoctorFacts) =>
  text(
    `exactly zero: ${outcome.zeroGradients} of ${counted(outcome.trainableTensors, 'gradient')}, ${outcome.noneGradients} None`,
    `${outcome.trainableTensors} 个梯度中 ${outcome.zeroGradients} 个恰为零，${outcome.noneGradients} 个为 None`,
  );
const noGradientMissing = ({ isSilent, trainable, examination: { outcome } }: DoctorFacts): boolean =>
  isSilent && trainable > 0 && outcome.noneGradients === 0 && outcome.nonzeroGradients === 0;

export const numberEntries: readonly DoctorEntry[] = [
  {
    id: 'labels-masked-by-truncation',
    match: (facts) =>
      noGradientMissing(facts) && facts.rows?.allMasked === true && facts.rows.truncatedRows > 0,
    cause: ({ rows, values }) =>
      text(
        `Every label is -100: ${rows?.truncatedRows ?? 0} of ${counted(rows?.rows ?? 0, 'row is', 'rows are')} longer than max_length ${values['train.max_length']}, and the cut takes the answers. The longest has ${rows?.longestTokens ?? 0} tokens.`,
        `所有标签都是 -100：${rows?.rows ?? 0} 行中有 ${rows?.truncatedRows ?? 0} 行长于 max_length ${values['train.max_length']}，回答被截掉了。最长的一行有 ${rows?.longestTokens ?? 0} 个词元。`,
      ),
    evidence: (facts) => [
      gradients(facts),
      text(
        `${counted(facts.rows?.maskedRows ?? 0, 'row')} without a trained token`,
        `${facts.rows?.maskedRows ?? 0} 行没有任何被训练的词元`,
      ),
    ],
    notTheCause: [
      text('the adapter or the wiring: every gradient arrives', '适配器或接线：每个梯度都到达了'),
      text('the learning rate', '学习率'),
    ],
    proposals: ({ rows }) => {
      const length = Math.min(512, Math.ceil((rows?.longestTokens ?? 0) / 8) * 8);
      return [
        {
          code: `SFTConfig(max_length=${length})`,
          why: text('holds the longest row', '容得下最长的一行'),
          patch: { 'train.max_length': length },
        },
      ];
    },
  },
  {
    id: 'labels-masked',
    match: (facts) => noGradientMissing(facts) && (facts.rows?.allMasked ?? false),
    cause: ({ values }) =>
      text(
        `Every label is -100, so the loss depends on nothing${values['wiring.trainer'] === 'loop' ? ' and is NaN' : '; the log shows loss 0.0 and grad_norm 0.0'}. No row was cut: the marker that separates prompt and answer does not occur in them.`,
        `所有标签都是 -100，损失不依赖任何东西${values['wiring.trainer'] === 'loop' ? '，结果是 NaN' : '；日志显示 loss 0.0 和 grad_norm 0.0'}。没有行被截断：分隔提示与回答的标记在数据中没有出现。`,
      ),
    evidence: (facts) => [
      gradients(facts),
      text(
        `${facts.rows?.truncatedRows ?? 0} truncated rows`,
        `被截断的行：${facts.rows?.truncatedRows ?? 0}`,
      ),
    ],
    notTheCause: [
      text('the adapter or the wiring: every gradient arrives', '适配器或接线：每个梯度都到达了'),
      text('max_length', 'max_length'),
    ],
    proposals: () => [
      {
        code: 'SFTConfig(completion_only_loss=False, assistant_only_loss=False)',
        why: text('train on the whole row', '训练整行'),
        patch: { 'train.completion_only_loss': false, 'train.assistant_only_loss': false },
      },
    ],
  },
  {
    id: 'alpha-zero',
    match: (facts) => noGradientMissing(facts) && facts.values['lora.lora_alpha'] === 0,
    cause: () =>
      text(
        'lora_alpha is 0, so the adapter’s output is multiplied by 0: every gradient is exactly zero and the answers never change.',
        'lora_alpha 为 0，适配器的输出被乘以 0：所有梯度恰为零，回答永远不变。',
      ),
    evidence: (facts) => [same(`scaling = lora_alpha / r = 0 / ${facts.values['lora.r']}`), gradients(facts)],
    notTheCause: [text('requires_grad: all flags are True', 'requires_grad：标志全为 True')],
    proposals: ({ values }) => [
      {
        code: `LoraConfig(lora_alpha=${2 * values['lora.r']})`,
        why: text('the usual r to 2r', '常用 r 到 2r'),
        patch: { 'lora.lora_alpha': 2 * values['lora.r'] },
      },
    ],
  },
];
