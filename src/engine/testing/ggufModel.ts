// Test-only: a small llama as a GGUF file under the embedded model's tokenizer, its projections in chosen formats.
import { readFileSync } from 'node:fs';
import type { BlockFormat } from '../../shaders/quant/weightFormat.ts';
import { randomBlocks } from '../../shaders/testing/blocks.ts';
import { randomArray } from '../../shaders/testing/finite.ts';
import type { Entry, FileSpec, TensorSpec } from '../ground/formats/gguf/writer.ts';
import { ggml, types } from '../ground/formats/gguf/writer.ts';

export const tinyShape = {
  hidden: 64,
  feedForward: 96,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
} as const;

interface TokenizerFile {
  readonly model: {
    readonly vocab: Readonly<Record<string, number>>;
    readonly merges: readonly (string | readonly string[])[];
  };
  readonly added_tokens: readonly { readonly id: number; readonly content: string }[];
}

const tokenizer: TokenizerFile = JSON.parse(readFileSync('public/model/tokenizer.json', 'utf8'));
const config: { readonly eos_token: string; readonly pad_token: string; readonly chat_template: string } =
  JSON.parse(readFileSync('public/model/tokenizer_config.json', 'utf8'));

const vocabulary: string[] = [];
for (const [token, id] of Object.entries(tokenizer.model.vocab)) vocabulary[id] = token;
for (const { id, content } of tokenizer.added_tokens) vocabulary[id] = content;

/** Metadata of the tiny model, by key, so that a test can leave one out or change it. */
export function tinyMetadata(): Map<string, Entry> {
  const special = new Set(tokenizer.added_tokens.map(({ id }) => id));
  const { string, u32, f32, bool, i32, array } = types;
  const entries: Entry[] = [
    ['general.architecture', string, 'llama'],
    ['general.name', string, 'Tiny'],
    ['llama.block_count', u32, tinyShape.layers],
    ['llama.context_length', u32, 128],
    ['llama.embedding_length', u32, tinyShape.hidden],
    ['llama.feed_forward_length', u32, tinyShape.feedForward],
    ['llama.attention.head_count', u32, tinyShape.heads],
    ['llama.attention.head_count_kv', u32, tinyShape.kvHeads],
    ['llama.rope.dimension_count', u32, tinyShape.headDim],
    ['llama.attention.layer_norm_rms_epsilon', f32, 1e-5],
    ['tokenizer.ggml.model', string, 'gpt2'],
    ['tokenizer.ggml.pre', string, 'gpt-2'],
    ['tokenizer.ggml.tokens', array, { of: string, items: vocabulary }],
    [
      'tokenizer.ggml.token_type',
      array,
      { of: i32, items: vocabulary.map((_, id) => (special.has(id) ? 3 : 1)) },
    ],
    [
      'tokenizer.ggml.merges',
      array,
      {
        of: string,
        items: tokenizer.model.merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' '))),
      },
    ],
    ['tokenizer.ggml.eos_token_id', u32, vocabulary.indexOf(config.eos_token)],
    ['tokenizer.ggml.padding_token_id', u32, vocabulary.indexOf(config.pad_token)],
    ['tokenizer.ggml.add_bos_token', bool, false],
    ['tokenizer.chat_template', string, config.chat_template],
  ];
  return new Map(entries.map((entry) => [entry[0], entry]));
}

/** Bytes of a tensor: random quants under small scales, or small floats. */
function bytesOf(format: FileFormat, count: number, seed: number): Uint8Array {
  if (format === 'none')
    return new Uint8Array(Float32Array.from(randomArray(count, seed), (x) => x / 8).buffer);
  return randomBlocks(format, count, seed, 0x24);
}

/** What ggml has. */
type FileFormat = Exclude<BlockFormat, 'int4' | 'int4_f32'> | 'none';

const numbers: Readonly<Record<FileFormat, number>> = {
  none: ggml.F32,
  f16: ggml.F16,
  bf16: ggml.BF16,
  q4_0: ggml.Q4_0,
  q4_1: ggml.Q4_1,
  q5_0: ggml.Q5_0,
  q5_1: ggml.Q5_1,
  q8_0: ggml.Q8_0,
  iq4_nl: ggml.IQ4_NL,
  q3_k: ggml.Q3_K,
  q4_k: ggml.Q4_K,
  q5_k: ggml.Q5_K,
  q6_k: ggml.Q6_K,
};

/** Tensors of the tiny model; `formatOf` chooses by the file's own name. */
export function tinyTensors(formatOf: (name: string) => FileFormat = () => 'none'): Map<string, TensorSpec> {
  const { hidden: c, feedForward: f, heads, kvHeads, headDim } = tinyShape;
  const shapes: [string, number[]][] = [
    ['token_embd.weight', [c, vocabulary.length]],
    ['output_norm.weight', [c]],
  ];
  for (let layer = 0; layer < tinyShape.layers; layer++) {
    const at = (name: string, axes: number[]): void => {
      shapes.push([`blk.${layer}.${name}.weight`, axes]);
    };
    at('attn_norm', [c]);
    at('ffn_norm', [c]);
    at('attn_q', [c, heads * headDim]);
    at('attn_k', [c, kvHeads * headDim]);
    at('attn_v', [c, kvHeads * headDim]);
    at('attn_output', [heads * headDim, c]);
    at('ffn_gate', [c, f]);
    at('ffn_up', [c, f]);
    at('ffn_down', [f, c]);
  }
  return new Map(
    shapes.map(([name, axes], seed) => {
      const format = axes.length === 1 ? 'none' : formatOf(name);
      const count = axes.reduce((product, axis) => product * axis, 1);
      return [name, { name, axes, type: numbers[format], bytes: bytesOf(format, count, seed + 1) }];
    }),
  );
}

/** The whole file of these parts. */
export const tinySpec = (
  metadata: ReadonlyMap<string, Entry> = tinyMetadata(),
  tensors: ReadonlyMap<string, TensorSpec> = tinyTensors(),
): FileSpec => ({ metadata: [...metadata.values()], tensors: [...tensors.values()] });
