// FSDP under a Trainer: weights that can't be flattened together, and a setting that a release can't take. What raises is the wiring's
// (python/run/calls/fsdp.ts); here is why, and what mends it.
import type { Text } from '../../../../ground/text.ts';
import { text } from '../../../../ground/text.ts';
import { entriesOf } from '../../../../python/program/values.ts';
import type { Finding, Match } from '../finding.ts';
import type { ProgramFacts } from '../programFacts.ts';
import { argumentEdit } from '../proposals.ts';
import { handedOver, madeAt } from './elsewhere.ts';

const MIXED = text(
  'FSDP with use_orig_params=False flattens the weights of a unit into one tensor, which has one requires_grad; a layer with an adapter has both, unless the policy makes units of what trains, as Trainer’s does for LoRA from transformers 4.39 on.',
  'use_orig_params=False 的 FSDP 会把一个单元的权重展平成一个张量，只能有一个 requires_grad；而带适配器的层两种都有，除非包装策略把要训练的部分单独成为单元（transformers 4.39 起 Trainer 对 LoRA 会这样做）。',
);
const DTYPES = text(
  'FSDP flattens the weights of a unit into one tensor, which has one dtype: the adapter is in float32 beside a half-precision base.',
  'FSDP 把一个单元的权重展平成一个张量，只能有一种 dtype：适配器是 float32，而底座是半精度。',
);
const PACKED = text(
  'FSDP flattens the weights of a unit into one tensor, which has one floating dtype: 4-bit and 8-bit weights are packed in integers. From transformers 4.39 and bitsandbytes 0.43 on, bnb_4bit_quant_storage packs 4-bit ones in the dtype of the rest.',
  'FSDP 把一个单元的权重展平成一个张量，只能有一种浮点 dtype：4 位与 8 位权重以整数打包。从 transformers 4.39 与 bitsandbytes 0.43 起，bnb_4bit_quant_storage 可让 4 位权重以其余权重的 dtype 打包。',
);
const SPELT = text(
  'This release of transformers puts use_orig_params into an environment variable as it is: it wants a text, "false" or "true".',
  '此版本的 transformers 把 use_orig_params 原样写入环境变量：它需要文本 "false" 或 "true"。',
);

const causes: readonly (readonly [pattern: RegExp, cause: Text])[] = [
  [/^Must flatten tensors with uniform `?requires_grad/, MIXED],
  [/^Cannot flatten integer dtype|^Must flatten tensors with uniform dtype.*torch\.u?int8/, PACKED],
  [/^Must flatten tensors with uniform dtype/, DTYPES],
  [/^str expected, not bool$/, SPELT],
];

function fsdp(facts: ProgramFacts): Match | null {
  const refusal = facts.refusal;
  const cause = refusal && causes.find(([pattern]) => pattern.test(refusal.message))?.[1];
  if (!refusal || !cause) return null;
  const found = handedOver(facts, 'fsdp');
  const made =
    (found && madeAt(facts, found.trainer.args)) ??
    facts.calls.find(({ kwargs }) => kwargs.fsdp !== undefined);
  if (!made) return null;
  const lines = facts.source.split('\n');
  const at = lines.findIndex((one) => !/^\s*#/.test(one) && /use_orig_params["']?\s*[:=]/.test(one)) + 1;
  const written = /(use_orig_params["']?\s*[:=]\s*)["']?([Ff]alse|[Tt]rue)["']?/.exec(lines[at - 1] ?? '');
  const becomes =
    cause === SPELT
      ? `"${(written?.[2] ?? 'true').toLowerCase()}"`
      : /"[Ff]alse"|'[Ff]alse'/.test(written?.[0] ?? '')
        ? '"true"'
        : 'True';
  const mend =
    cause === SPELT
      ? text('as a text', '写成文本')
      : text('each weight keeps its own flag', '每个权重保留自己的标志');
  return {
    lines: [...new Set([refusal.line, made.line, ...(at > 0 ? [at] : [])])]
      .filter((line) => line > 0)
      .sort((a, b) => a - b),
    severity: 'cause',
    cause,
    evidence: [],
    proposals: [
      ...(written && at > 0 && (cause === MIXED || cause === SPELT)
        ? [{ why: mend, ways: [[{ line: at, word: written[0], becomes: `${written[1] ?? ''}${becomes}` }]] }]
        : []),
      {
        why: text('without FSDP, on one card', '不用 FSDP，单卡运行'),
        ways: [
          [
            ...argumentEdit(facts, made, 'fsdp', null),
            ...(entriesOf(made.kwargs.fsdp_config) ? argumentEdit(facts, made, 'fsdp_config', null) : []),
          ],
        ],
      },
    ],
  };
}

/** The spelling of a setting is another matter than weights that don't go together. */
const only = (spelt: boolean) => (facts: ProgramFacts) => {
  const found = fsdp(facts);
  return found && (found.cause === SPELT) === spelt ? found : null;
};

export const fsdpFindings: readonly Finding[] = [
  { id: 'fsdp-setting-no-text', match: only(true) },
  { id: 'fsdp-mixed-flags', match: only(false) },
];
