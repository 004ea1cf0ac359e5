// A GGUF file as a base model: tokenizer, formats, the order of q and k rows; and what is refused, with file and remedy.
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import type { FileSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { readPublic } from '../../testing/embedded.ts';
import { tinyMetadata, tinyShape, tinySpec, tinyTensors } from '../../testing/ggufModel.ts';
import { embeddedModel } from '../modelFiles.ts';
import { weightFormatsOf } from '../weightPlaces.ts';
import { floatsOf } from '../weightSource.ts';
import { ggufModel } from './ggufModel.ts';

const open = (spec: FileSpec) => ggufModel(blobSource('tiny.gguf', new Blob([writeGguf(spec).file])));

const lines = [
  'Where is the mill?',
  'for (let i = 0; i < n; i++) { sum += a[i]; }',
  '\tif x != None:\n\t\treturn 3.14159',
  '你好，世界！',
  '😀 hi 👩‍👩‍👧‍👦 🏳️‍🌈',
  '  two   three    four',
  '\n\n \n',
  '',
  ' ',
  'end   ',
  '<|im_start|>user\nhello<|im_end|>\n',
  'text<|endoftext|>more<|im_end',
  "don't I'll we've IT'S",
  '1234567890 12,345.67 ½ Ⅷ ١٢٣',
  'naïve café — “quoted” …',
];
const varied = lines.flatMap((line, i) => [
  line,
  `${line}${lines[(i * 7 + 3) % lines.length] ?? ''}`,
  ` ${line}`,
  `${line}\r\n${line}`,
]);

describe('a whole file', () => {
  it('tokenizes as the embedded model does', async () => {
    const [own, embedded] = await Promise.all([open(tinySpec()), embeddedModel(readPublic)]);
    expect(varied.length).toBe(60);
    for (const line of varied)
      expect(own.tokenizer.encode(line), line).toEqual(embedded.tokenizer.encode(line));
    const messages = [{ role: 'user', content: 'Where?' }];
    expect(own.tokenizer.render(messages, true)).toEqual(embedded.tokenizer.render(messages, true));
    expect([own.tokenizer.eosId, own.tokenizer.padId]).toEqual([
      embedded.tokenizer.eosId,
      embedded.tokenizer.padId,
    ]);
  });

  it('gives q and k in the order of the two halves, everything else as it stands', async () => {
    const tensors = tinyTensors();
    const weights = await (await open(tinySpec(tinyMetadata(), tensors))).weights();
    const { hidden, heads, kvHeads, headDim } = tinyShape;
    const inFile = (name: string): Float32Array =>
      new Float32Array((tensors.get(name)?.bytes ?? new Uint8Array(0)).slice().buffer);
    const read = async (name: string, rows: number): Promise<Float32Array> =>
      floatsOf(await weights.read(`model.layers.1.self_attn.${name}.weight`, [rows, hidden]));
    for (const [name, own, count] of [
      ['q_proj', 'attn_q', heads],
      ['k_proj', 'attn_k', kvHeads],
    ] as const) {
      const [got, file] = [await read(name, count * headDim), inFile(`blk.1.${own}.weight`)];
      for (let head = 0; head < count; head++)
        for (let half = 0; half < 2; half++)
          for (let i = 0; i < headDim / 2; i++) {
            const to = (head * headDim + (half * headDim) / 2 + i) * hidden;
            const from = (head * headDim + 2 * i + half) * hidden;
            expect([...got.subarray(to, to + hidden)]).toEqual([...file.subarray(from, from + hidden)]);
          }
    }
    expect(await read('v_proj', kvHeads * headDim)).toEqual(inFile('blk.1.attn_v.weight'));
  });

  it('stores a group in the format of its members, or each in its own', async () => {
    const chosen: Readonly<Record<string, 'q4_0' | 'q8_0' | 'bf16'>> = {
      'blk.0.attn_v.weight': 'q4_0',
      'blk.0.attn_output.weight': 'q8_0',
      'blk.0.ffn_up.weight': 'q8_0',
      'token_embd.weight': 'bf16',
    };
    const files = await open(
      tinySpec(
        tinyMetadata(),
        tinyTensors((name) => chosen[name] ?? 'q4_1'),
      ),
    );
    const own = weightFormatsOf(files.config, files.formatOf, { quantType: null, doubleQuant: false });
    expect(own('model.layers.0.self_attn.qkv')).toBe('mixed:q4_1,q4_1,q4_0');
    expect(own('model.layers.0.self_attn.o')).toBe('q8_0');
    expect(own('model.layers.0.mlp.gate_up')).toBe('mixed:q4_1,q8_0');
    expect(own('model.layers.1.mlp.down')).toBe('q4_1');
    expect(own('model.embed_tokens')).toBe('bf16');
    const again = weightFormatsOf(files.config, files.formatOf, { quantType: 'nf4', doubleQuant: true });
    expect(again('model.layers.0.self_attn.qkv')).toBe('nf4-double');
    expect(again('model.embed_tokens')).toBe('bf16');
  });

  it('has a digest that tells files apart', async () => {
    const tensors = tinyTensors();
    const [one, same] = await Promise.all([open(tinySpec()), open(tinySpec())]);
    const table = tensors.get('token_embd.weight');
    if (table) table.bytes[5] = (table.bytes[5] ?? 0) ^ 1;
    const other = await open(tinySpec(tinyMetadata(), tensors));
    expect(one.info.digest).toMatch(/^[0-9a-f]{16}$/);
    expect(same.info.digest).toBe(one.info.digest);
    expect(other.info.digest).not.toBe(one.info.digest);
  });
});

/** The tiny file with one thing changed. */
function with_(
  change: (parts: {
    metadata: ReturnType<typeof tinyMetadata>;
    tensors: ReturnType<typeof tinyTensors>;
  }) => void,
) {
  const parts = { metadata: tinyMetadata(), tensors: tinyTensors() };
  change(parts);
  return () => open(tinySpec(parts.metadata, parts.tensors));
}

const refused: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
  [
    'another architecture',
    with_(({ metadata }) =>
      metadata.set('general.architecture', ['general.architecture', types.string, 'falcon']),
    ),
    /architecture "falcon".*Llama, SmolLM2/,
  ],
  [
    'scaled rotary embedding',
    with_(({ metadata }) => metadata.set('x', ['llama.rope.scaling.type', types.string, 'longrope'])),
    /rope_type "longrope" is not supported.*yarn/s,
  ],
  [
    'no layer count',
    with_(({ metadata }) => metadata.delete('llama.block_count')),
    /'llama\.block_count' should be a number above 0, got nothing.*Convert/,
  ],
  [
    'no tokens',
    with_(({ metadata }) => metadata.delete('tokenizer.ggml.tokens')),
    /'tokenizer\.ggml\.tokens' should be a list of texts, got nothing.*tokenizer beside it/,
  ],
  [
    'no merges',
    with_(({ metadata }) => metadata.delete('tokenizer.ggml.merges')),
    /'tokenizer\.ggml\.merges'.*got nothing/,
  ],
  [
    'no end token',
    with_(({ metadata }) => metadata.delete('tokenizer.ggml.eos_token_id')),
    /eos_token_id' is missing.*Convert/,
  ],
  [
    'an unknown pre-tokenizer',
    with_(({ metadata }) =>
      metadata.set('tokenizer.ggml.pre', ['tokenizer.ggml.pre', types.string, 'klingon']),
    ),
    /pre-tokenizer "klingon" is not known.*smollm/,
  ],
  [
    'SentencePiece without scores',
    with_(({ metadata }) =>
      metadata.set('tokenizer.ggml.model', ['tokenizer.ggml.model', types.string, 'llama']),
    ),
    /scores' should be a list of \d+ numbers/,
  ],
  [
    'WordPiece',
    with_(({ metadata }) =>
      metadata.set('tokenizer.ggml.model', ['tokenizer.ggml.model', types.string, 'bert']),
    ),
    /tokenizer is "bert".*SmolLM2/,
  ],
  ...(
    [
      [
        '1e30 layers',
        'llama.block_count',
        types.f32,
        1e30,
        /block_count' should be a whole number from 1 to/,
      ],
      ['half a layer', 'llama.block_count', types.f32, 1.5, /block_count' should be a whole number/],
      ['more layers than tensors', 'llama.block_count', types.u32, 1000, /block_count'.* got 1000/],
      ['2^31 − 1 positions', 'llama.context_length', types.u32, 2 ** 31 - 1, /context_length'.* to 1048576/],
      [
        '2^64 − 1 positions',
        'llama.context_length',
        types.u64,
        2n ** 64n - 1n,
        /context_length'.* to 1048576/,
      ],
      [
        'a pre-tokenizer that is a number',
        'tokenizer.ggml.pre',
        types.u32,
        7,
        /pre-tokenizer 7 is not known/,
      ],
      [
        'one that is a method',
        'tokenizer.ggml.pre',
        types.string,
        'constructor',
        /"constructor" is not known/,
      ],
      ['types of no token', 'tokenizer.ggml.token_type', types.string, 'x', /token_type' should be a list/],
    ] as const
  ).map(([name, key, type, value, words]): [string, () => Promise<unknown>, RegExp] => [
    name,
    with_(({ metadata }) => metadata.set(key, [key, type, value])),
    words,
  ]),
  [
    'a missing tensor',
    with_(({ tensors }) => tensors.delete('blk.1.ffn_up.weight')),
    /tensor 'blk\.1\.ffn_up\.weight' is missing.*download/,
  ],
  [
    'a wrong shape',
    with_(({ metadata }) =>
      metadata.set('llama.feed_forward_length', ['llama.feed_forward_length', types.u32, 128]),
    ),
    /'blk\.0\.ffn_gate\.weight' should be \[128, 64\] by the metadata, got \[96, 64\].*Convert/,
  ],
  [
    'a type that is not read',
    with_(({ tensors }) =>
      tensors.set('blk.0.ffn_down.weight', {
        name: 'blk.0.ffn_down.weight',
        axes: [256, 24],
        type: ggml.Q4_K,
        bytes: new Uint8Array(24 * 144),
      }),
    ),
    /'blk\.0\.ffn_down\.weight' (has type Q4_K|should be)/,
  ],
];

describe('a file that is no base model for us', () => {
  it.each(refused)('%s', async (_, make, words) => {
    const error: unknown = await make().catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    if (!(error instanceof UserError)) return;
    expect(error.message).toMatch(/^tiny\.gguf/);
    expect(error.message).toMatch(words);
  });
});
