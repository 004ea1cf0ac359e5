// The base model's files → weights of a backend: packed 4-bit groups as bitsandbytes quantises them, float norms and
// embedding, rotary tables. Quantises group by group; the device never holds a float copy of a quantised matrix.

import { quantise4 } from '../../shaders/quant/blockwise4.ts';
import { packFloats, packQuantised } from '../../shaders/quant/packing.ts';
import { ropeTables } from '../../shaders/rope/rope.ref.ts';
import type { BufferData } from '../backends/backend.ts';
import { UserError } from '../errors.ts';
import type { SafeTensor } from '../formats/safetensors.ts';
import { toFloat32 } from '../formats/safetensors.ts';
import type { LlamaConfig } from './llamaConfig.ts';

export interface WeightOptions {
  readonly quantType: 'nf4' | 'fp4' | null;
  readonly doubleQuant: boolean;
}

/** Receives each named buffer once. */
export type Upload = (name: string, data: BufferData) => void;

/** Groups of projections of one layer that share their input: name of the group, members. */
const layerGroups = [
  ['self_attn.qkv', ['self_attn.q_proj', 'self_attn.k_proj', 'self_attn.v_proj']],
  ['self_attn.o', ['self_attn.o_proj']],
  ['mlp.gate_up', ['mlp.gate_proj', 'mlp.up_proj']],
  ['mlp.down', ['mlp.down_proj']],
] as const;

/** Uploads all weights. `onGroup` is told after each layer, for progress and for letting the thread breathe. */
export async function loadWeights(
  config: LlamaConfig,
  tensors: ReadonlyMap<string, SafeTensor>,
  options: WeightOptions,
  upload: Upload,
  onLayer: (done: number, total: number) => Promise<void>,
): Promise<void> {
  const floats = (name: string, shape: readonly number[]): Float32Array<ArrayBuffer> => {
    const tensor = tensors.get(name);
    if (!tensor || tensor.shape.join('×') !== shape.join('×')) {
      throw new UserError(
        'model-load',
        `Model file: tensor '${name}' should be [${shape.join(', ')}], got ${tensor ? `[${tensor.shape.join(', ')}]` : 'none'}. Use the weights that belong to this config.json.`,
      );
    }
    return toFloat32(name, tensor);
  };
  const { hiddenSize: c, intermediateSize: f, heads, kvHeads, headDim: d, vocabSize: v } = config;
  const widths: Readonly<Record<string, readonly [number, number]>> = {
    'self_attn.q_proj': [heads * d, c],
    'self_attn.k_proj': [kvHeads * d, c],
    'self_attn.v_proj': [kvHeads * d, c],
    'self_attn.o_proj': [c, heads * d],
    'mlp.gate_proj': [f, c],
    'mlp.up_proj': [f, c],
    'mlp.down_proj': [c, f],
  };
  upload('weights/model.embed_tokens', floats('model.embed_tokens.weight', [v, c]));
  upload('weights/model.norm', floats('model.norm.weight', [c]));
  if (!config.tied) upload('weights/lm_head', floats('lm_head.weight', [v, c]));
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm'])
      upload(`weights/${at}.${norm}`, floats(`${at}.${norm}.weight`, [c]));
    for (const [group, members] of layerGroups) {
      const matrices = members.map((member) => floats(`${at}.${member}.weight`, widths[member] ?? [0, 0]));
      const { quantType, doubleQuant } = options;
      const packed = quantType
        ? packQuantised(matrices.map((matrix) => quantise4(matrix, quantType, doubleQuant)))
        : packFloats(matrices);
      upload(`weights/${at}.${group}`, packed.words);
      if (quantType) upload(`weights/${at}.${group}.scales`, packed.scales);
    }
    await onLayer(layer + 1, config.layers);
  }
  const tables = ropeTables(config.maxPositions, d, config.ropeTheta);
  upload('rope_cos', tables.cos);
  upload('rope_sin', tables.sin);
}
