// Where weights come from: tensors by PyTorch name, in the form their file holds them, read one at a time; and which
// tensors a llama has. Groups of projections that share an input are stored together.

import type { FourBitType } from '../../shaders/quant/blockwise4.ts';
import { decodeFile } from '../../shaders/quant/ggml.ts';
import { mixedFormat } from '../../shaders/quant/mixed.ts';
import type { MemberFormat, WeightFormat } from '../../shaders/quant/weightFormat.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { LlamaConfig } from './llamaConfig.ts';

/** float32, or a block format of ggml. */
export type StoredFormat = MemberFormat;

export interface StoredTensor {
  readonly format: StoredFormat;
  readonly bytes: Uint8Array;
  /** Elements. */
  readonly count: number;
}

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
  return formats.every((format) => format === first) ? first : mixedFormat(formats);
}

/** How each group and table is stored on the device. */
export function weightFormatsOf(formatOf: WeightSource['formatOf'], options: WeightOptions): WeightFormats {
  const { quantType, doubleQuant } = options;
  return (path): WeightFormat => {
    const layer = /^(model\.layers\.\d+)\.(.+)$/.exec(path);
    if (!layer) return formatOf(`${path}.weight`) ?? 'none';
    if (quantType) return doubleQuant ? `${quantType}-double` : quantType;
    const [, members] = layerGroups.find(([group]) => group === layer[2]) ?? ['', []];
    return commonFormat(members.map((member) => formatOf(`${layer[1] ?? ''}.${member}.weight`) ?? 'none'));
  };
}

/** float32 values of a tensor. */
export function floatsOf({ format, bytes, count }: StoredTensor): Float32Array<ArrayBuffer> {
  if (format !== 'none') return decodeFile(format, bytes, count);
  return new Float32Array(bytes.slice().buffer);
}
