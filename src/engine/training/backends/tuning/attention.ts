// How attention is shared out, forward and back together: nine heads of 64 over three of keys and values.

import { runBackward } from '../../../torch/autograd/backward.ts';
import type { AttentionVariant } from '../../../torch/autograd/kernelVariants.ts';
import { attentionVariants } from '../../../torch/autograd/kernelVariants.ts';
import type { Tape } from '../../../torch/autograd/tape.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import { attention } from '../../../torch/ops/attention.ts';
import type { Variants } from '../variants.ts';
import type { TuningBench, Workload } from './tuningBench.ts';

const [HEADS, KV_HEADS, HEAD_DIM] = [9, 3, 64];
const TOKENS = { small: 128, large: 512 } as const;

function workload({ fast }: TuningBench): Workload {
  const tokens = fast ? TOKENS.large : TOKENS.small;
  const [wide, width] = [(HEADS + 2 * KV_HEADS) * HEAD_DIM, HEADS * HEAD_DIM];
  const record = (tape: Tape): readonly Value[] => {
    const given = (buffer: string, columns: number, requiresGrad: boolean): Value =>
      tape.leaf(buffer, [tokens, columns], { kind: 'persistent', buffer, offset: 0 }, { requiresGrad });
    const qkv = given('qkv', wide, true);
    const o = attention(tape, {
      qkv,
      cache: null,
      path: 'attention',
      batch: { rows: 1, tokens },
      heads: HEADS,
      kvHeads: KV_HEADS,
      headDim: HEAD_DIM,
      window: null,
      scale: HEAD_DIM ** -0.5,
    });
    const seed = { value: o, grad: given('d_o', width, false) };
    return [o, ...tape.withGrad(false, () => runBackward(tape, [seed], new Map())).values()];
  };
  return { buffers: { qkv: tokens * wide, d_o: tokens * width }, record };
}

export function chooseAttention(bench: TuningBench, soFar: Variants): Promise<AttentionVariant> {
  const candidates = attentionVariants.map((attention) => [attention, { ...soFar, attention }] as const);
  return bench.fastest(candidates, workload(bench));
}
