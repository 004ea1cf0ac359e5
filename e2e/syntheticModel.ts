// A GGUF file of 98 MB made on the spot: thirty layers of random float32 weights under the embedded model's tokenizer. It says
// nothing sensible, but it loads, trains and takes as long to read as a real model of that size.
import { createWriteStream, readFileSync } from 'node:fs';
import { finished } from 'node:stream/promises';

const shape = { hidden: 256, feedForward: 768, layers: 30, heads: 8, kvHeads: 4, headDim: 32 } as const;
const [U32, F32, BOOL, STRING, ARRAY, I32] = [4, 6, 7, 8, 9, 5];

class Writer {
  readonly parts: Buffer[] = [];

  u32(value: number): this {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.parts.push(bytes);
    return this;
  }
  u64(value: number): this {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    this.parts.push(bytes);
    return this;
  }
  text(value: string): this {
    const bytes = Buffer.from(value);
    this.u64(bytes.length).parts.push(bytes);
    return this;
  }
  bytes(value: Buffer): this {
    this.parts.push(value);
    return this;
  }
}

function tensors(vocabulary: number): readonly (readonly [string, readonly number[]])[] {
  const { hidden: c, feedForward: f, heads, kvHeads, headDim } = shape;
  const list: [string, number[]][] = [
    ['token_embd.weight', [c, vocabulary]],
    ['output_norm.weight', [c]],
  ];
  for (let layer = 0; layer < shape.layers; layer++) {
    const at = (name: string, axes: number[]): void => void list.push([`blk.${layer}.${name}.weight`, axes]);
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
  return list;
}

/** Small values around zero for matrices, ones for norms. */
function values(axes: readonly number[], seed: number): Float32Array {
  const count = axes.reduce((product, axis) => product * axis, 1);
  if (axes.length === 1) return new Float32Array(count).fill(1);
  let state = seed + 1;
  return Float32Array.from({ length: count }, () => {
    state = Math.imul(state, 1664525) + 1013904223;
    return (state / 2 ** 31) * 0.06;
  });
}

/** Writes the file and returns its path. */
export async function syntheticModel(path: string): Promise<string> {
  const tokenizer = JSON.parse(readFileSync('public/model/tokenizer.json', 'utf8'));
  const config = JSON.parse(readFileSync('public/model/tokenizer_config.json', 'utf8'));
  const vocabulary: Record<string, number> = tokenizer.model.vocab;
  const added: { id: number; content: string }[] = tokenizer.added_tokens;
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(vocabulary)) tokens[id] = token;
  for (const { id, content } of added) tokens[id] = content;
  const special = new Set(added.map(({ id }) => id));
  const merges: string[] = tokenizer.model.merges.map((merge: string | string[]) =>
    typeof merge === 'string' ? merge : merge.join(' '),
  );
  const metadata: ((writer: Writer) => void)[] = [];
  const number = (key: string, value: number, type: number): void =>
    void metadata.push((w) => {
      w.text(key).u32(type);
      const bytes = Buffer.alloc(4);
      if (type === F32) bytes.writeFloatLE(value);
      else bytes.writeUInt32LE(value);
      w.bytes(bytes);
    });
  const text = (key: string, value: string): void =>
    void metadata.push((w) => w.text(key).u32(STRING).text(value));
  const texts = (key: string, list: readonly string[]): void =>
    void metadata.push((w) => {
      w.text(key).u32(ARRAY).u32(STRING).u64(list.length);
      for (const item of list) w.text(item);
    });
  text('general.architecture', 'llama');
  text('general.name', 'Synthetic 25M');
  number('llama.block_count', shape.layers, U32);
  number('llama.context_length', 512, U32);
  number('llama.embedding_length', shape.hidden, U32);
  number('llama.feed_forward_length', shape.feedForward, U32);
  number('llama.attention.head_count', shape.heads, U32);
  number('llama.attention.head_count_kv', shape.kvHeads, U32);
  number('llama.rope.dimension_count', shape.headDim, U32);
  number('llama.attention.layer_norm_rms_epsilon', 1e-5, F32);
  text('tokenizer.ggml.model', 'gpt2');
  text('tokenizer.ggml.pre', 'gpt-2');
  texts('tokenizer.ggml.tokens', tokens);
  metadata.push((w) => {
    w.text('tokenizer.ggml.token_type').u32(ARRAY).u32(I32).u64(tokens.length);
    for (const id of tokens.keys()) w.u32(special.has(id) ? 3 : 1);
  });
  texts('tokenizer.ggml.merges', merges);
  number('tokenizer.ggml.eos_token_id', tokens.indexOf(config.eos_token), U32);
  metadata.push((w) =>
    w
      .text('tokenizer.ggml.add_bos_token')
      .u32(BOOL)
      .bytes(Buffer.from([0])),
  );
  text('tokenizer.chat_template', config.chat_template);

  const list = tensors(tokens.length);
  const writer = new Writer().u32(0x46554747).u32(3).u64(list.length).u64(metadata.length);
  for (const write of metadata) write(writer);
  let offset = 0;
  for (const [name, axes] of list) {
    writer.text(name).u32(axes.length);
    for (const axis of axes) writer.u64(axis);
    writer.u32(0).u64(offset);
    offset += axes.reduce((product, axis) => product * axis, 4);
  }
  const header = Buffer.concat(writer.parts);
  const file = createWriteStream(path);
  file.write(header);
  file.write(Buffer.alloc((32 - (header.length % 32)) % 32));
  for (const [i, [, axes]] of list.entries()) file.write(Buffer.from(values(axes, i).buffer));
  file.end();
  await finished(file);
  return path;
}
