// Where weights come from: tensors by PyTorch name, in the form their file holds them, read one at a time; and which
// tensors a llama has. Groups of projections that share an input are stored together.

import type { FourBitType, Quantised4 } from '../../shaders/quant/blockwise4.ts';
import { dequantise4, fourBitType } from '../../shaders/quant/blockwise4.ts';
import { decodeFile, isMemberFormat } from '../../shaders/quant/ggml.ts';
import { mixedFormat } from '../../shaders/quant/mixed.ts';
import type { FourBitFormat, MemberFormat, WeightFormat } from '../../shaders/quant/weightFormat.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { LlamaConfig } from './llamaConfig.ts';

/** What a file may hold a tensor in. */
export type StoredFormat = MemberFormat | FourBitFormat;

/** As bytes of float32 or of blocks, or as bitsandbytes quantised it. */
export type StoredTensor =
  | {
      readonly format: MemberFormat;
      readonly bytes: Uint8Array;
      /** Elements. */
      readonly count: number;
    }
  | { readonly format: FourBitFormat; readonly quantised: Quantised4; readonly count: number };

export interface WeightSource {
  /** Known without reading; null when there is no such tensor. */
  formatOf(name: string): StoredFormat | null;
  /** Throws UserError when the tensor is missing, of another shape, or can't be read. */
  read(name: string, shape: readonly number[]): Promise<StoredTensor>;
}

/** Projections of one layer that share their input: name of the group, members. */
export const layerGroups = [
  ['self_attn.qkv', ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj']],
  ['self_attn.o', ['self_attn.o_proj']],
  ['mlp.gate_up', ['mlp.gate_proj', 'mlp.up_proj']],
  ['mlp.down', ['mlp.down_proj']],
] as const;

export const layerNorms = ['input_layernorm', 'post_attention_layernorm'] as const;

/** [out, in] of a projection. */
export function projectionShape(config: LlamaConfig, member: string): readonly [number, number] {
  const { hiddenSize: c, intermediateSize: f, heads, kvHeads, headDim: d } = config;
  switch (member) {
    case 'self_attn.q_proj':
      return [heads * d, c];
    case 'self_attn.k_proj':
    case 'self_attn.v_proj':
      return [kvHeads * d, c];
    case 'self_attn.o_proj':
      return [c, heads * d];
    case 'mlp.down_proj':
      return [c, f];
    default:
      return [f, c];
  }
}

/** Every tensor of a llama, with its shape. */
export function llamaTensors(config: LlamaConfig): ReadonlyMap<string, readonly number[]> {
  const { hiddenSize: c, vocabSize: v, layers, tied } = config;
  const found = new Map<string, readonly number[]>([
    ['model.embed_tokens.weight', [v, c]],
    ['model.norm.weight', [c]],
    ...(tied ? [] : [['lm_head.weight', [v, c]] as const]),
  ]);
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of layerNorms) found.set(`${at}.${norm}.weight`, [c]);
    for (const [, members] of layerGroups)
      for (const member of members) found.set(`${at}.${member}.weight`, projectionShape(config, member));
  }
  return found;
}

export interface WeightOptions {
  /** Re-quantise the layers' projections on load; null keeps them as the file has them. */
  readonly quantType: FourBitType | null;
  readonly doubleQuant: boolean;
}

/** What holds members of these formats as they are. */
function commonFormat(formats: readonly StoredFormat[]): WeightFormat {
  const [first = 'none'] = formats;
  if (formats.every((format) => format === first)) return first;
  // Members that bitsandbytes quantised beside others that it did not: rare enough for floats.
  return formats.every(isMemberFormat) ? mixedFormat(formats) : 'none';
}

/** How each group and table is stored on the device. */
export function weightFormatsOf(formatOf: WeightSource['formatOf'], options: WeightOptions): WeightFormats {
  const { quantType, doubleQuant } = options;
  return (path): WeightFormat => {
    const layer = /^(model\.layers\.\d+)\.(.+)$/.exec(path);
    if (!layer) return formatOf(`${path}.weight`) ?? 'none';
    const [, members] = layerGroups.find(([group]) => group === layer[2]) ?? ['', []];
    const stored = members.map((member) => formatOf(`${layer[1] ?? ''}.${member}.weight`) ?? 'none');
    // What was quantised before stays as it is, whatever is asked for: so does from_pretrained.
    const again = quantType && stored.every(isMemberFormat);
    return again ? (doubleQuant ? `${quantType}-double` : quantType) : commonFormat(stored);
  };
}

/** float32 values of a tensor. */
export function floatsOf(stored: StoredTensor): Float32Array<ArrayBuffer> {
  const { count } = stored;
  if ('quantised' in stored) return dequantise4(stored.quantised, fourBitType(stored.format), count);
  const { format, bytes } = stored;
  if (format !== 'none') return decodeFile(format, bytes, count);
  return new Float32Array(bytes.slice().buffer);
}
