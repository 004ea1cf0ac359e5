// PiSSA, OLoRA and LoftQ on a weight as it is read: the factors, and what stays frozen. What they can't start from is refused.
import { UserError } from '../../ground/errors.ts';
import type { Adapter } from '../../torch/nn/module.ts';
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
    if (scaling === 0)
      throw new UserError(
        'lora-alpha',
        `lora.lora_alpha: expected more than 0 with init_lora_weights ${init}, which divides by the scale, at ${name}. Raise lora_alpha, or use another initialisation.`,
      );
    if (init === 'loftq' && quantised)
      throw new UserError(
        'loftq-base',
        `init_lora_weights loftq: rounds the base to NF4 itself and needs it in floats, got load_in_4bit at ${name}. Turn load_in_4bit off: the base then holds the same NF4 values.`,
      );
    const options = { out, in: width, r, scaling, loftqIter: values['lora.loftq_iter'] };
    const made = decompose(init, weight(), options);
    return { values: new Map([[a, made.a] as const, [b, made.b] as const]), rest: made.base };
  };
}
