// A GGUF file of 33 MB made on the spot: ten layers of random float32 weights under the embedded model's tokenizer. It says
// nothing sensible, but it loads and trains as a real model does, and takes long enough to load that its progress is seen.
import { writeFileSync } from 'node:fs';
import type { TensorSpec } from '../src/engine/ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../src/engine/ground/formats/gguf/writer.ts';
import { tinyMetadata } from '../src/engine/testing/ggufModel.ts';

export const shape = {
  hidden: 256,
  feedForward: 768,
  layers: 10,
  heads: 8,
  kvHeads: 4,
  headDim: 32,
  words: 1024,
} as const;

function axesOf(): readonly (readonly [string, readonly number[]])[] {
  const { hidden: c, feedForward: f, heads, kvHeads, headDim, words } = shape;
  const layer = (i: number): readonly (readonly [string, readonly number[]])[] =>
    [
      ['attn_norm', [c]] as const,
      ['ffn_norm', [c]] as const,
      ['attn_q', [c, heads * headDim]] as const,
      ['attn_k', [c, kvHeads * headDim]] as const,
      ['attn_v', [c, kvHeads * headDim]] as const,
      ['attn_output', [heads * headDim, c]] as const,
      ['ffn_gate', [c, f]] as const,
      ['ffn_up', [c, f]] as const,
      ['ffn_down', [f, c]] as const,
    ].map(([name, axes]) => [`blk.${i}.${name}.weight`, axes] as const);
  return [
    ['token_embd.weight', [c, words]],
    ['output_norm.weight', [c]],
    ...Array.from({ length: shape.layers }, (_, i) => layer(i)).flat(),
  ];
}

/** Small values around zero for matrices, ones for norms. */
function values(axes: readonly number[], seed: number): Float32Array {
  const count = axes.reduce((product, axis) => product * axis, 1);
  if (axes.length === 1) return new Float32Array(count).fill(1);
  let state = seed + 1;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state / 2 ** 31) * 0.06;
  });
}

/** Writes the file and returns its path. */
export function syntheticModel(path: string): string {
  const metadata = tinyMetadata();
  const number = (key: string, value: number): void => void metadata.set(key, [key, types.u32, value]);
  metadata.set('general.name', ['general.name', types.string, 'Synthetic 8M']);
  number('llama.block_count', shape.layers);
  number('llama.context_length', 512);
  number('llama.embedding_length', shape.hidden);
  number('llama.feed_forward_length', shape.feedForward);
  number('llama.attention.head_count', shape.heads);
  number('llama.attention.head_count_kv', shape.kvHeads);
  number('llama.rope.dimension_count', shape.headDim);
  const tensors = axesOf().map(
    ([name, axes], i): TensorSpec => ({
      name,
      axes,
      type: ggml.F32,
      bytes: new Uint8Array(values(axes, i).buffer),
    }),
  );
  writeFileSync(path, writeGguf({ metadata: [...metadata.values()], tensors }).file);
  return path;
}
