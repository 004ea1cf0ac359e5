// First numbers of a fresh adapter, drawn module by module in module order from one generator, each as its method does.
import { TorchGenerator } from '../torch/random/mt19937.ts';
import type { AdapterLayout } from '../torch/trainedLayout.ts';
import type { TensorOf } from './method.ts';
import { methodOf } from './methods.ts';

/** The flat adapter buffer; what comes out of the base (PiSSA's factors, whole copies) is zero in it. */
export function initialiseAdapter(layout: AdapterLayout, seed: number): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const generator = new TorchGenerator(seed);
  const tensorOf: TensorOf = (parameter) => {
    const { offset = 0, length = 0 } = layout.byParameter.get(parameter) ?? {};
    return flat.subarray(offset, offset + length);
  };
  for (const { adapter } of layout.adapters) methodOf(adapter).draw(adapter, tensorOf, generator);
  return flat;
}
