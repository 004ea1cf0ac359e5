// Models of any size with random weights in ggml's 4-bit blocks, made as they are read: what a step costs does not depend on what weights
// say, and a bare machine has no model. Tokenizer and template are the embedded model's.

import { parseConfig } from '../../../src/engine/models/families.ts';
import type { ModelFiles } from '../../../src/engine/models/modelFiles.ts';
import { modelTensors } from '../../../src/engine/models/weightPlaces.ts';
import { invariant } from '../../../src/shaders/invariant.ts';

export interface Shape {
  readonly name: string;
  readonly hidden: number;
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly ffn: number;
}

/** SmolLM2's, and two more of its family with the shapes of Qwen3 0.6 B and Llama 3.2 1 B. */
export const shapes: readonly Shape[] = [
  { name: '135 M', hidden: 576, layers: 30, heads: 9, kvHeads: 3, ffn: 1536 },
  { name: '0.5 B', hidden: 1024, layers: 28, heads: 16, kvHeads: 8, ffn: 3072 },
  { name: '1 B', hidden: 2048, layers: 16, heads: 32, kvHeads: 8, ffn: 8192 },
];
export const VOCABULARY = 49_152;

const [BLOCK, BLOCK_BYTES] = [32, 20];
/** Random blocks that are repeated: no kernel looks for a period. */
const PATTERN_BLOCKS = 4096;

/** IEEE binary16 of ±1.f · 2^exponent, f in 1024ths. */
const half = (negative: boolean, exponent: number, fraction: number): number =>
  (negative ? 0x8000 : 0) | ((exponent + 15) << 10) | fraction;

/** Blocks of q4_1, step 2^exponent, centred on zero. */
function pattern(exponent: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(PATTERN_BLOCKS * BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  let state = 12_345;
  for (let block = 0; block < PATTERN_BLOCKS; block++) {
    const at = block * BLOCK_BYTES;
    view.setUint16(at, half(false, exponent, 0), true);
    // 7.5 steps below zero: 1.875 · 2^(exponent + 2).
    view.setUint16(at + 2, half(true, exponent + 2, 896), true);
    for (let i = 4; i < BLOCK_BYTES; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      bytes[at + i] = state >>> 24;
    }
  }
  return bytes;
}

function repeated(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(length);
  out.set(bytes.subarray(0, Math.min(length, bytes.length)));
  for (let filled = bytes.length; filled < length; filled *= 2)
    out.copyWithin(filled, 0, Math.min(filled, length - filled));
  return out;
}

export function randomModel(
  embedded: ModelFiles,
  { name, hidden, layers, heads, kvHeads, ffn }: Shape,
): ModelFiles {
  const config = parseConfig({
    model_type: 'llama',
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    hidden_size: hidden,
    intermediate_size: ffn,
    num_hidden_layers: layers,
    num_attention_heads: heads,
    num_key_value_heads: kvHeads,
    vocab_size: VOCABULARY,
    max_position_embeddings: 4096,
    rope_theta: 100_000,
  });
  const tensors = modelTensors(config);
  // Standard deviation about 0.018 at 576 columns.
  const blocks = pattern(-8 - Math.round(Math.log2(hidden / 576) / 2));
  const formatOf = (tensor: string) => {
    const shape = tensors.get(tensor);
    return shape ? (shape.length === 2 ? 'q4_1' : 'none') : null;
  };
  return {
    ...embedded,
    info: { ...embedded.info, kind: 'gguf', name, title: name, storedAs: 'Q4_1' },
    config,
    stopIds: new Set(),
    formatOf,
    weights: () =>
      Promise.resolve({
        formatOf,
        read: (tensor, shape) => {
          const format = formatOf(tensor);
          invariant(format, `a random model has no tensor '${tensor}'`);
          const count = shape.reduce((product, size) => product * size, 1);
          const bytes =
            format === 'q4_1'
              ? repeated(blocks, (count / BLOCK) * BLOCK_BYTES)
              : new Uint8Array(new Float32Array(count).fill(1).buffer);
          return Promise.resolve({ format, bytes, count });
        },
      }),
  };
}
