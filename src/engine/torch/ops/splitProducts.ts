// Products whose sum is split over workgroups: their dispatches without the one that adds the parts up, and what that one would have done, for
// whoever does it in passing.
import type { KernelCall } from '../../../shaders/kernel.ts';
import { linearParts } from '../../../shaders/linear/tiled.ts';
import { invariant } from '../../ground/errors.ts';
import type { Ref, SplitSum } from '../autograd/operation.ts';

interface Split {
  readonly before: readonly KernelCall<Ref>[];
  readonly sum: SplitSum;
  readonly after: readonly KernelCall<Ref>[];
}

/** null: no parts are added up. */
export function splitProduct(calls: readonly KernelCall<Ref>[]): Split | null {
  const at = calls.findIndex(({ kernel }) => kernel.name === linearParts.name);
  const adding = calls[at];
  if (!adding) return null;
  const { params, constants } = adding;
  const { parts, residual, y } = adding.buffers;
  invariant(parts && residual && y, `${adding.kernel.name}: a binding is missing`);
  return {
    before: calls.slice(0, at),
    sum: {
      refs: { parts, residual, result: y },
      hasResidual: constants.HAS_RESIDUAL === 1,
      size: Number(params.size),
      terms: Number(params.terms),
    },
    after: calls.slice(at + 1),
  };
}
