// An opened adapter's numbers into the flat adapter buffer of a wired model. Every tensor must find its place: what the model wants
// and the file lacks, or the file has and the model does not want, is refused by name.
import { inCausalLm } from '../../adapters/paths.ts';
import type { AdapterLayout, PlacedTensor } from '../../torch/trainedLayout.ts';
import { lacksTensor, noPlace, otherBase, otherRank } from './adapterErrors.ts';
import type { ImportedAdapter } from './importedAdapter.ts';

/** Of a tensor of the layout: its name in the file, without PEFT's prefix, the adapter's name and `.weight`. */
function keyOf({ module, part, adapter }: PlacedTensor): string {
  const path = inCausalLm(module);
  return adapter ? `${path}.${part.replace(/\.weight$/, '')}` : path;
}

/** The buffer with the adapter's numbers. Throws UserError 'adapter-…'. */
export function placeAdapter(adapter: ImportedAdapter, layout: AdapterLayout): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const placed = new Set<string>();
  for (const placedTensor of layout.tensors) {
    const { parameter, offset } = placedTensor;
    const key = keyOf(placedTensor);
    const tensor = adapter.tensors.get(key);
    if (!tensor) throw lacksTensor({ name: key });
    if (tensor.shape.join('×') !== parameter.shape.join('×')) {
      // A is [r, in], B [out, r].
      const side = key.endsWith('A') ? 1 : 0;
      const rankOnly = tensor.shape.length === 2 && tensor.shape[side] === parameter.shape[side];
      const unfit = { name: key, found: tensor.shape, wanted: parameter.shape };
      throw rankOnly ? otherRank(unfit) : otherBase({ ...unfit, base: adapter.base });
    }
    flat.set(tensor.values, offset);
    placed.add(key);
  }
  const [stray] = [...adapter.tensors.keys()].filter((key) => !placed.has(key));
  if (stray) throw noPlace({ name: stray, more: adapter.tensors.size - placed.size - 1, base: adapter.base });
  return flat;
}
