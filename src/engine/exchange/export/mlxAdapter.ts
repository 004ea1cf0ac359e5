// The adapter as mlx-lm loads it: factors transposed, one rank and one scale for all. Source: numerics reference 6 (mlx-lm).

import { writeSafetensors } from '../../ground/formats/safetensors.ts';
import { same } from '../../ground/text.ts';
import { ranksInMlx } from '../exchangeErrors.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { adapterTensors, assertLayersOnly, jsonFile } from './adapterTensors.ts';

/** [rows, columns] → [columns, rows]. */
function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      out[column * rows + row] = values[row * columns + column] ?? 0;
  return out;
}

/** adapters.safetensors and adapter_config.json. Throws UserError 'export' for ranks that differ, which the format can't say. */
export function mlxFiles(adapter: ExportedAdapter): ExportFile[] {
  const tensors = adapterTensors(adapter);
  assertLayersOnly(same('MLX'), tensors);
  const [first] = tensors;
  const rank = first?.r ?? 0;
  const scaling = tensors.find((tensor) => tensor.scaling !== 0)?.scaling ?? 0;
  const other = tensors.find(({ r }) => r !== rank);
  if (other) throw ranksInMlx({ rank, module: other.module, other: other.r });
  // One scale stands for all; where it differs, B carries the rest.
  const saved = tensors.map(({ module, part, shape, values, ...tensor }) => {
    if (part === 'magnitude_vector') return { name: `${module}.m`, shape, values };
    const [rows = 0, columns = 0] = shape;
    const factor = part === 'B' && scaling !== 0 ? tensor.scaling / scaling : 1;
    const scaled = factor === 1 ? values : values.map((value) => value * factor);
    return {
      name: `${module}.lora_${part.toLowerCase()}`,
      shape: [columns, rows],
      values: transposed(scaled, rows, columns),
    };
  });
  const keys = [...new Set(tensors.map(({ module }) => module.replace(/^model\.layers\.\d+\./, '')))];
  return [
    jsonFile('adapter_config.json', {
      fine_tune_type: first?.dora ? 'dora' : 'lora',
      num_layers: adapter.config.layers,
      lora_parameters: { rank, scale: scaling, dropout: first?.dropout ?? 0, keys },
      model: adapter.base,
    }),
    { name: 'adapters.safetensors', bytes: writeSafetensors(saved) },
  ];
}
