// How attention is shared out, forward and back together: nine heads of 64 over three of keys and values. A device that runs kernels in
// software is not asked: tiles want workgroup memory and lanes of its own, and their code takes such a device half a minute to compile. Where
// wide blocks of products won, a read costs it more than what is done with what was read, and so blocks of queries win as well.

import { runBackward } from '../../../torch/autograd/backward.ts';
import type { AttentionVariant } from '../../../torch/autograd/kernelVariants.ts';
import { attentionVariants } from '../../../torch/autograd/kernelVariants.ts';
import type { Tape } from '../../../torch/autograd/tape.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import { attention } from '../../../torch/ops/attention.ts';
import type { Variants } from '../variants.ts';
import type { TuningBench, Workload } from './tuningBench.ts';

const [HEADS, KV_HEADS, HEAD_DIM] = [9, 3, 64];
const TOKENS = 512;

function workload(): Workload {
  const [wide, width] = [(HEADS + 2 * KV_HEADS) * HEAD_DIM, HEADS * HEAD_DIM];
  const record = (tape: Tape): readonly Value[] => {
    const given = (buffer: string, columns: number, requiresGrad: boolean): Value =>
      tape.leaf(buffer, [TOKENS, columns], { kind: 'persistent', buffer, offset: 0 }, { requiresGrad });
    const qkv = given('qkv', wide, true);
    const o = attention(tape, {
      qkv,
      cache: null,
      path: 'attention',
      batch: { rows: 1, tokens: TOKENS },
      heads: HEADS,
      kvHeads: KV_HEADS,
      headDim: HEAD_DIM,
      window: null,
      scale: HEAD_DIM ** -0.5,
    });
    const seed = { value: o, grad: given('d_o', width, false) };
    return [o, ...tape.withGrad(false, () => runBackward(tape, [seed], new Map())).values()];
  };
  return { buffers: { qkv: TOKENS * wide, d_o: TOKENS * width }, record };
}

export function chooseAttention(bench: TuningBench, soFar: Variants): Promise<AttentionVariant> {
  if (!bench.fast) return Promise.resolve(soFar.linear === 'wide' ? 'block' : soFar.attention);
  const candidates = attentionVariants.map((attention) => [attention, { ...soFar, attention }] as const);
  return bench.fastest(candidates, workload());
}
