// An opened adapter's numbers into the flat adapter buffer of a wired model. Every tensor must find its place: what the model wants
// and the file lacks, or the file has and the model does not want, is refused by name.
import type { AdapterLayout } from '../../torch/trainedLayout.ts';
import { lacksTensor, noPlace, otherBase, otherRank } from './adapterErrors.ts';
import type { ImportedAdapter } from './importedAdapter.ts';

/** Of a tensor of the layout: its name in the file, without PEFT's prefix, the adapter's name and `.weight`. */
function keyOf(name: string): string | undefined {
  const [, path] = /(?:^|\.)((?:model\.(?:layers\.|embed_tokens)|lm_head).*)$/.exec(name) ?? [];
  return path
    ?.replace(/\.modules_to_save\.[^.]+\.weight$/, '')
    .replace(/(\.lora_embedding_[AB])\.[^.]+$/, '$1')
    .replace(/(\.lora_(?:[AB]|magnitude_vector))\.[^.]+\.weight$/, '$1');
}

/** The buffer with the adapter's numbers. Throws UserError 'adapter-…'. */
export function placeAdapter(adapter: ImportedAdapter, layout: AdapterLayout): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const placed = new Set<string>();
  for (const { name, parameter, offset } of layout.tensors) {
    const key = keyOf(name);
    const tensor = key === undefined ? undefined : adapter.tensors.get(key);
    if (key === undefined || !tensor) throw lacksTensor({ name: key ?? name });
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
