// PiSSA, OLoRA and LoftQ on a weight as it is read: the factors, and what stays frozen. What they can't start from is refused.
import type { Adapter } from '../../torch/nn/module.ts';
import { loftqOnBits, zeroAlpha } from '../adapterErrors.ts';
import type { BaseWeight, TakenOut } from '../method.ts';
import type { LoraValues } from './attach.ts';
import { decompose, isDecomposition } from './decompose.ts';
import { isLora } from './loraAdapter.ts';

/** null for an adapter whose factors are drawn. The function throws UserError for a scale of 0, or LoftQ on a quantised base. */
export function takeOut(adapter: Adapter, values: LoraValues): ((weight: BaseWeight) => TakenOut) | null {
  const { lowRank } = adapter;
  if (!isLora(adapter) || !lowRank?.modules) return null;
  const { init } = adapter;
  if (!isDecomposition(init)) return null;
  return ({ name, shape, values: weight, quantised }) => {
    const [out = 0, width = 0] = shape;
    const { scale: scaling, rank: r, a, b } = lowRank;
    if (scaling === 0) throw zeroAlpha({ kind: init, name });
    if (init === 'loftq' && quantised) throw loftqOnBits({ name });
    const options = { out, in: width, r, scaling, loftqIter: values['lora.loftq_iter'] };
    const made = decompose(init, weight(), options);
    return { values: new Map([[a, made.a] as const, [b, made.b] as const]), rest: made.base };
  };
}
