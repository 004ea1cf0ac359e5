// An opened adapter's numbers into the flat adapter buffer of a wired model. Every tensor must find its place: what the model wants
// and the file lacks, or the file has and the model does not want, is refused by name.
import { inCausalLm } from '../../adapters/paths.ts';
import type { AdapterLayout, PlacedTensor } from '../../torch/trainedLayout.ts';
import type { ImportedAdapter } from './importedAdapter.ts';
import { refusedAdapter } from './unpack.ts';

const baseOf = ({ base }: ImportedAdapter): string => (base === '' ? 'another model' : `'${base}'`);

/** Of a tensor of the layout: its name in the file, without PEFT's prefix, the adapter's name and `.weight`. */
function keyOf({ module, part, adapter }: PlacedTensor): string {
  const path = inCausalLm(module);
  return adapter ? `${path}.${part.replace(/\.weight$/, '')}` : path;
}

/** The buffer with the adapter's numbers. Throws UserError 'adapter'. */
export function placeAdapter(adapter: ImportedAdapter, layout: AdapterLayout): Float32Array<ArrayBuffer> {
  const flat = new Float32Array(Math.max(64, layout.total));
  const placed = new Set<string>();
  for (const placedTensor of layout.tensors) {
    const { name, parameter, offset } = placedTensor;
    const key = keyOf(placedTensor);
    const tensor = adapter.tensors.get(key);
    if (!tensor)
      throw refusedAdapter(
        `it has no tensor for '${key}', which the settings adapt`,
        'Its target_modules belong to it: open it again, and leave the LoRA settings as it sets them.',
        { name },
      );
    if (tensor.shape.join('×') !== parameter.shape.join('×')) {
      // A is [r, in], B [out, r].
      const side = key.endsWith('A') ? 1 : 0;
      const rankOnly = tensor.shape.length === 2 && tensor.shape[side] === parameter.shape[side];
      throw refusedAdapter(
        `'${key}' is [${tensor.shape.join(', ')}] in the file, the model wants [${parameter.shape.join(', ')}]`,
        rankOnly
          ? 'Its rank differs from lora.r: leave the LoRA settings as the adapter sets them.'
          : `It was trained on ${baseOf(adapter)}: open that model as the base.`,
        { name: key, found: tensor.shape, wanted: parameter.shape },
      );
    }
    flat.set(tensor.values, offset);
    placed.add(key);
  }
  const [stray] = [...adapter.tensors.keys()].filter((key) => !placed.has(key));
  if (stray)
    throw refusedAdapter(
      `'${stray}' and ${adapter.tensors.size - placed.size - 1} more have no place in this model`,
      `It was trained on ${baseOf(adapter)}, or on more modules than the settings adapt: open that model, and leave target_modules as the adapter sets them.`,
      { name: stray },
    );
  return flat;
}
