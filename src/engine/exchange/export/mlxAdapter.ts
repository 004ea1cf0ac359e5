// The adapter as mlx-lm loads it: factors transposed, one rank and one scale for all. Source: numerics reference 6 (mlx-lm).
import type { TrainedTensor } from '../../adapters/method.ts';
import { writeSafetensors } from '../../ground/formats/safetensors.ts';
import { same } from '../../ground/text.ts';
import { decoderOf } from '../../models/families.ts';
import { inLayer } from '../../models/weightPlaces.ts';
import { ranksInMlx } from '../exchangeErrors.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { adapterTensors, jsonFile, layersOnly } from './adapterTensors.ts';
import { transposed } from './rowOrder.ts';

/** adapters.safetensors and adapter_config.json. Throws UserError 'export-ranks' for ranks that differ, 'export-…' for what else MLX can't say. */
export function mlxFiles(adapter: ExportedAdapter): ExportFile[] {
  const modules = layersOnly(same('MLX'), adapter, adapterTensors(adapter));
  const first = modules[0]?.lowRank;
  const rank = first?.rank ?? 0;
  const scaling = modules.find(({ lowRank }) => lowRank.scale !== 0)?.lowRank.scale ?? 0;
  const other = modules.find(({ lowRank }) => lowRank.rank !== rank);
  if (other) throw ranksInMlx({ rank, module: other.module, other: other.lowRank.rank });
  const factor = (name: string, { shape: [rows = 0, columns = 0], values }: TrainedTensor, times = 1) => ({
    name,
    shape: [columns, rows],
    values: transposed(times === 1 ? values : values.map((value) => value * times), rows, columns),
  });
  const { layers } = decoderOf(adapter.config).paths;
  // mlx-lm calls the model below the head `model`, whatever transformers calls it (mlx_lm/models/gpt2.py).
  const named = (module: string): string => module.replace(/^[^.]+/, 'model');
  const saved = modules.flatMap(({ module, lowRank, a, b, scales }) => [
    factor(`${named(module)}.lora_a`, a),
    // One scale stands for all; where it differs, B carries the rest.
    factor(`${named(module)}.lora_b`, b, scaling === 0 ? 1 : lowRank.scale / scaling),
    ...(scales ? [{ name: `${named(module)}.m`, shape: scales.shape, values: scales.values }] : []),
  ]);
  const keys = [...new Set(modules.map(({ module }) => inLayer(layers, module)[1]))];
  return [
    jsonFile('adapter_config.json', {
      fine_tune_type: modules[0]?.scales ? 'dora' : 'lora',
      num_layers: adapter.config.layers,
      lora_parameters: { rank, scale: scaling, dropout: first?.dropout ?? 0, keys },
      model: adapter.base,
    }),
    { name: 'adapters.safetensors', bytes: writeSafetensors(saved) },
  ];
}
