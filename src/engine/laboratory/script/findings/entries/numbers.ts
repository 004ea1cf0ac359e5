// Numbers that are too coarse or too large for their type: updates that bfloat16 rounds away, activations that float16 doesn't hold.
// Sources: trl sft_trainer.py from 0.26 (casts trainable weights of a k-bit model to bfloat16); peft tuners/lora/dora.py, whose magnitude
// is of the size of a weight's norm; transformers' documentation of gemma and t5 on float16.
import { counted } from '../../../../ground/counted.ts';
import { text } from '../../../../ground/text.ts';
import { numberOf, truthOf } from '../../../../python/program/values.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit, boundOf, trainerOf, trainingArgument } from '../proposals.ts';

const REGISTERED = 'lora_magnitude_vector';

function magnitude(facts: ProgramFacts): Match | null {
  const coarse = facts.parameters.filter(
    ([name, one]) => name.includes(REGISTERED) && one.requiresGrad && one.dtype === 'bfloat16',
  );
  const trainer = trainerOf(facts);
  if (!facts.trains || coarse.length === 0 || !trainer) return null;
  const bound = boundOf(facts, trainer);
  const made = facts
    .configs(/^peft\.LoraConfig$/)
    .findLast(({ config }) => truthOf(config.values.get('use_dora')) === true);
  const casts = facts.deciding?.examined?.script.behaves('sftCastsAdapter') === true;
  return {
    lines: [...(made ? [made.call.line] : []), trainer.line],
    severity: 'warning',
    cause: text(
      `${counted(coarse.length, 'magnitude of DoRA is', 'magnitudes of DoRA are')} trained in bfloat16${casts ? `, for SFTTrainer of TRL ${facts.versions.trl} casts the trainable weights of a quantised model` : ''}. They are of the size of 1, where bfloat16 has steps of 1/128; an update of the learning rate's size is rounded away, and they never change.`,
      `${coarse.length} 个 DoRA 幅值以 bfloat16 训练${casts ? `，因为 TRL ${facts.versions.trl} 的 SFTTrainer 会转换量化模型的可训练权重` : ''}。它们约为 1，而 bfloat16 在此的步长为 1/128；学习率大小的更新会被舍去，幅值永远不变。`,
    ),
    evidence: [text(`first: ${coarse[0]?.[0] ?? ''}`, `第一个：${coarse[0]?.[0] ?? ''}`)],
    proposals:
      bound === null
        ? []
        : [
            {
              why: text('the magnitudes in float32', '幅值用 float32'),
              ways: [
                [
                  {
                    line: trainer.line,
                    place: 'after',
                    statement: `for name, parameter in ${bound}.model.named_parameters():\n    if "${REGISTERED}" in name:\n        parameter.data = parameter.data.float()`,
                  },
                ],
              ],
            },
          ],
  };
}

/** An update of Adam is of the size of the learning rate; below half a step of the weight's type it is gone. */
function rounded(facts: ProgramFacts): Match | null {
  const trainer = facts.trainers.at(-1);
  const rate = trainer ? numberOf(facts.valueOf(trainer.trainer.args, 'learning_rate')) : null;
  const coarse = facts.parameters.filter(
    ([name, one]) => /\.lora_[AB]\./.test(name) && one.requiresGrad && one.dtype === 'bfloat16',
  );
  const widest = Math.max(
    0,
    ...coarse
      .filter(([name]) => /lora_A/.test(name))
      .map(([, { shape }]) => 1 / Math.sqrt(shape.at(-1) ?? 1)),
  );
  if (!facts.trains || !trainer || rate === null || coarse.length === 0 || rate >= (widest / 256) * 0.25)
    return null;
  const bound = boundOf(facts, trainer.call);
  return {
    lines: [trainer.call.line],
    severity: 'warning',
    cause: text(
      `${coarse.length} adapter tensors are trained in bfloat16 at a learning rate of ${rate}. Where a weight of lora_A is as large as ${widest.toPrecision(2)}, a step of bfloat16 is ${(widest / 256).toPrecision(1)}: most updates are rounded away.`,
      `${coarse.length} 个适配器张量以 bfloat16 训练，学习率为 ${rate}。lora_A 的权重约 ${widest.toPrecision(2)} 时，bfloat16 的步长为 ${(widest / 256).toPrecision(1)}：大多数更新会被舍去。`,
    ),
    evidence: [],
    proposals:
      bound === null
        ? []
        : [
            {
              why: text('the adapter in float32', '适配器用 float32'),
              ways: [
                [
                  {
                    line: trainer.call.line,
                    place: 'after',
                    statement: `for parameter in ${bound}.model.parameters():\n    if parameter.requires_grad:\n        parameter.data = parameter.data.float()`,
                  },
                ],
              ],
            },
          ],
  };
}

const OVERFLOWS = /^(gemma|gemma2|gemma3|gemma3_text|t5|mt5|umt5|longt5)$/;

function overflow(facts: ProgramFacts): Match | null {
  const { model } = facts;
  const trainer = facts.trainers.at(-1);
  if (!model || !trainer || !OVERFLOWS.test(model.script.modelType)) return null;
  const amp = truthOf(facts.valueOf(trainer.trainer.args, 'fp16')) === true;
  const load = facts.loadOf(model);
  const dtype =
    load &&
    ['torch_dtype', 'dtype'].find(
      (name) =>
        JSON.stringify(load.kwargs[name] ?? '').includes('float16') &&
        !JSON.stringify(load.kwargs[name]).includes('bfloat16'),
    );
  if (!amp && !dtype) return null;
  return {
    lines: [...new Set([load?.line ?? 0, trainer.call.line])].filter((line) => line > 0),
    severity: 'warning',
    cause: text(
      `A ${model.script.modelType} was trained in bfloat16 or float32, and its activations exceed 65504, the largest float16: the loss becomes nan or steps are skipped.`,
      `${model.script.modelType} 以 bfloat16 或 float32 训练，其激活值会超过 float16 的最大值 65504：损失变成 nan，或步骤被跳过。`,
    ),
    evidence: [],
    proposals: [
      {
        why: text('bfloat16 has the range of float32', 'bfloat16 的范围与 float32 相同'),
        ways: [
          [
            ...(amp ? (trainingArgument(facts, 'fp16', 'False')[0] ?? []) : []),
            ...(amp ? (trainingArgument(facts, 'bf16', 'True')[0] ?? []) : []),
            ...(load && dtype ? argumentEdit(facts, load, dtype, 'torch.bfloat16') : []),
          ],
        ].filter((way) => way.length > 0),
      },
    ],
  };
}

export const numberAdvice: readonly Finding[] = [
  { id: 'dora-magnitude-rounds', match: magnitude },
  { id: 'updates-round-away', match: rounded },
  { id: 'float16-overflow', match: overflow },
];
