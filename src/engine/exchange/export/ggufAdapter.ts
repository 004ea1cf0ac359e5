// The adapter as a GGUF LoRA for llama.cpp. Source: llama.cpp src/llama-adapter.cpp; numerics reference 6.

import type { TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { text } from '../../ground/text.ts';
import { familyOf } from '../../models/families.ts';
import { ggufName, pairedHeadsOf } from '../../models/gguf/ggufWeights.ts';
import { doraInGguf } from '../exchangeErrors.ts';
import type { ExportedAdapter, ExportFile, LowRankTensors } from './adapterTensors.ts';
import { adapterTensors, layersOnly } from './adapterTensors.ts';
import { permuteRows } from './rowOrder.ts';

/**
 * One GGUF file that llama.cpp takes as `--lora`: its scale is alpha / rank, so alpha is s · r. Throws UserError 'export-dora' for
 * DoRA, which the format can't say.
 */
export function ggufAdapter(adapter: ExportedAdapter): ExportFile {
  const { config, base } = adapter;
  const modules = layersOnly(text('GGUF adapter', 'GGUF 适配器'), adapter, adapterTensors(adapter));
  if (modules.some(({ scales }) => scales)) throw doraInGguf({});
  const own = ({ lowRank }: LowRankTensors): number => lowRank.scale * lowRank.rank;
  // The loader takes alpha 0 for a scale of 1, so an adapter without effect is written as B = 0 under another alpha.
  const alpha = modules.map(own).find((one) => one !== 0) ?? 1;
  const spec = (
    module: string,
    part: 'a' | 'b',
    shape: readonly number[],
    values: Float32Array,
  ): TensorSpec => ({
    name: `${ggufName(config, `${module}.weight`)}.lora_${part}`,
    axes: [...shape].reverse(),
    type: ggml.F32,
    bytes: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
  });
  const specs = modules.flatMap((one): TensorSpec[] => {
    const { module, a, b } = one;
    const [rows = 0] = b.shape;
    let up: Float32Array = b.values;
    const paired = pairedHeadsOf(config, `${module}.weight`);
    if (paired !== null) up = permuteRows(up, rows, paired);
    // One alpha stands for all tensors; where rank or scale differ, B carries the rest.
    const factor = own(one) / alpha;
    if (factor !== 1) up = up.map((value) => value * factor);
    return [spec(module, 'a', a.shape, a.values), spec(module, 'b', b.shape, up)];
  });
  const { file } = writeGguf({
    metadata: [
      ['general.architecture', types.string, familyOf(config).gguf.architecture],
      ['general.type', types.string, 'adapter'],
      ['general.name', types.string, `LoRA for ${base}`],
      ['general.file_type', types.u32, 0],
      ['general.quantization_version', types.u32, 2],
      ['adapter.type', types.string, 'lora'],
      ['adapter.lora.alpha', types.f32, alpha],
    ],
    tensors: specs,
  });
  return { name: 'adapter.gguf', bytes: file };
}
