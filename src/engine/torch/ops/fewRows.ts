// Products of few rows with a packed group, as a token of an answer has them: which kernel takes them under a profile, in one dispatch.
import type { KernelCall } from '../../../shaders/kernel.ts';
import { call } from '../../../shaders/kernel.ts';
import type { SegmentNumbers } from '../../../shaders/lib/segments.ts';
import { linearVector, linearVectorSubgroup, VECTOR_ROWS } from '../../../shaders/linear/linear.ts';
import {
  fitsWorkgroups,
  linearVectorWorkgroup,
  WORKGROUP_ROWS,
  workgroupConstants,
} from '../../../shaders/linear/vectorWorkgroup.ts';
import { decoder } from '../../../shaders/quant/decoders.ts';
import { tileDecoder } from '../../../shaders/quant/tileDecoders.ts';
import type { WeightFormat } from '../../../shaders/quant/weightFormat.ts';
import type { KernelProfile, Ref } from '../autograd/operation.ts';

interface Group {
  readonly k: number;
  readonly out: number;
  readonly segments: readonly SegmentNumbers[];
  readonly format: WeightFormat;
}

const byWorkgroups = ({ k }: Pick<Group, 'k'>, { vector }: KernelProfile): boolean =>
  vector === 'workgroup' && fitsWorkgroups(k);

/** Whether a product of so many rows is taken here. */
export const takesFewRows = (group: Pick<Group, 'k'>, profile: KernelProfile, n: number): boolean =>
  n <= (byWorkgroups(group, profile) ? WORKGROUP_ROWS : VECTOR_ROWS) && group.k % 4 === 0;

type Buffers = Readonly<Record<'x' | 'w' | 'w_scales' | 'u' | 'adapter' | 'residual' | 'y', Ref>>;

/** y [N, OUT] = [x | u] [W | sB]ᵀ (+ residual) */
export function fewRowsCall(
  { k, out, segments, format }: Group,
  profile: KernelProfile,
  { n, ru, hasResidual }: { readonly n: number; readonly ru: number; readonly hasResidual: boolean },
  buffers: Buffers,
): KernelCall<Ref> {
  const params = { segments, n, k, out, ru, count: segments.length };
  const HAS_RESIDUAL = hasResidual ? 1 : 0;
  if (byWorkgroups({ k }, profile)) {
    const tile = tileDecoder(format, k);
    const constants = { HAS_RESIDUAL, ...workgroupConstants({ n, k }, tile) };
    return call(linearVectorWorkgroup, { buffers, params, constants, slots: { tile } });
  }
  const constants = { HAS_RESIDUAL, ONE_ROW: n === 1 ? 1 : 0 };
  const own = { buffers, params, constants, slots: { decode: decoder(format) } };
  return profile.vector === 'subgroup' ? call(linearVectorSubgroup, own) : call(linearVector, own);
}
