// The adapter as a GGUF LoRA for llama.cpp. Source: llama.cpp src/llama-adapter.cpp; numerics reference 6.

import type { TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { text } from '../../ground/text.ts';
import { ggufName } from '../../models/gguf/ggufWeights.ts';
import { doraInGguf } from '../exchangeErrors.ts';
import type { ExportedAdapter, ExportFile } from './adapterTensors.ts';
import { adapterTensors, assertLayersOnly } from './adapterTensors.ts';
import { permuteRows } from './rowOrder.ts';

/**
 * One GGUF file that llama.cpp takes as `--lora`: its scale is alpha / rank, so alpha is s · r. Throws UserError 'export-dora' for
 * DoRA, which the format can't say.
 */
export function ggufAdapter(adapter: ExportedAdapter): ExportFile {
  const { config, base } = adapter;
  const tensors = adapterTensors(adapter);
  assertLayersOnly(text('GGUF adapter', 'GGUF 适配器'), tensors);
  if (tensors.some(({ dora }) => dora)) throw doraInGguf({});
  // The loader takes alpha 0 for a scale of 1, so an adapter without effect is written as B = 0 under another alpha.
  const alpha = tensors.map(({ scaling, r }) => scaling * r).find((own) => own !== 0) ?? 1;
  const specs = tensors.map(({ module, part, shape, values, r, scaling }): TensorSpec => {
    const [rows = 0, columns = 0] = shape;
    let own = values;
    if (part === 'B' && module.endsWith('self_attn.q_proj')) own = permuteRows(values, rows, config.heads);
    if (part === 'B' && module.endsWith('self_attn.k_proj')) own = permuteRows(values, rows, config.kvHeads);
    // One alpha stands for all tensors; where rank or scale differ, B carries the rest.
    const factor = (scaling * r) / alpha;
    if (part === 'B' && factor !== 1) own = own.map((value) => value * factor);
    return {
      name: `${ggufName(`${module}.weight`)}.lora_${part.toLowerCase()}`,
      axes: [columns, rows],
      type: ggml.F32,
      bytes: new Uint8Array(own.buffer, own.byteOffset, own.byteLength),
    };
  });
  const { file } = writeGguf({
    metadata: [
      ['general.architecture', types.string, 'llama'],
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
