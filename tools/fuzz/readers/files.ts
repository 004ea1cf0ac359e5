// The readers of files with bytes: safetensors, zip, GGUF, snapshots. Their headers are changed as what they are.
import { zipSync } from 'fflate';
import { unpackAdapter } from '../../../src/engine/exchange/import/unpack.ts';
import { blobSource } from '../../../src/engine/ground/formats/byteSource.ts';
import type { Entry, EntryValue } from '../../../src/engine/ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../../src/engine/ground/formats/gguf/writer.ts';
import { readSafetensors, writeTensors } from '../../../src/engine/ground/formats/safetensors.ts';
import { ggufModel } from '../../../src/engine/models/gguf/ggufModel.ts';
import { defaultValues } from '../../../src/engine/recipe/recipe.ts';
import { runsIn } from '../../../src/engine/session/runDesk.ts';
import type { Snapshot } from '../../../src/engine/session/snapshot.ts';
import { checksum, encodeSnapshot, HEADER_BYTES } from '../../../src/engine/session/snapshot.ts';
import { decodeSnapshot } from '../../../src/engine/session/snapshotDecode.ts';
import { metrics } from '../../../src/engine/testing/messageSamples.ts';
import { sampleProgram } from '../../../src/engine/testing/sampleProgram.ts';
import { mutateValue, written } from '../mutate.ts';
import type { Random } from '../random.ts';
import type { Input, Reader } from '../reader.ts';
import { asBytes, asJson, bytesOf, textOf } from '../reader.ts';
import { smallVocabulary } from './tokenizers.ts';

/** The header of a safetensors file changed as JSON, under its new length. */
export function safetensorsHeader(input: Input, random: Random): Input {
  const bytes = bytesOf(input);
  if (bytes.length < 16 || random.chance(4)) return asBytes(input, random);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  if (length > bytes.length - 8) return asBytes(input, random);
  let header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  if (random.chance(6)) {
    // A second entry of a name: JSON's own writer never makes one.
    const entry = /"[\w.]+":\{[^{}]*\}/.exec(header)?.[0] ?? '"a":{}';
    header = header.replace('{', `{${entry},`);
  } else header = textOf(asJson(header, random));
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + bytes.length - 8 - length);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  file.set(bytes.subarray(8 + length), 8 + text.length);
  return file;
}

const tensors = writeTensors([
  { name: 'a.weight', dtype: 'F32', shape: [2, 3], bytes: new Uint8Array(24) },
  { name: 'b.weight', dtype: 'BF16', shape: [4], bytes: new Uint8Array(8) },
  { name: 'c', dtype: 'U8', shape: [], bytes: new Uint8Array(1) },
]);

/** What the format says of a file, read again without the reader. */
function safetensorsForbids(input: Input, value: unknown): string | null {
  const bytes = bytesOf(input);
  const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  const header = new TextDecoder().decode(bytes.subarray(8, 8 + length));
  const parsed: Record<string, unknown> = JSON.parse(header);
  if (!header.startsWith('{')) return 'a header that does not begin with a bracket';
  const entries = Object.entries(parsed).filter(([name]) => name !== '__metadata__');
  if (value instanceof Map && value.size !== entries.length) return 'a lost tensor';
  const metadata = parsed.__metadata__;
  if (metadata !== undefined && Object.values(Object(metadata)).some((one) => typeof one !== 'string'))
    return 'metadata that is no text';
  const ranges = entries
    .map(([, entry]) => Object(Object(entry).data_offsets))
    .map((pair): [number, number] => [Number(pair[0]), Number(pair[1])])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let at = 0;
  for (const [begin, end] of ranges) {
    if (begin !== at) return 'overlaps or holes';
    at = end;
  }
  return at === bytes.length - 8 - length ? null : 'bytes of no tensor';
}

const smallGguf = (change: (entries: Map<string, Entry>) => void = () => {}): Uint8Array<ArrayBuffer> => {
  const { string, u32, f32, bool, i32, array } = types;
  const { tokens, merges, eos } = smallVocabulary;
  const list: Entry[] = [
    ['general.architecture', string, 'llama'],
    ['llama.block_count', u32, 1],
    ['llama.context_length', u32, 32],
    ['llama.embedding_length', u32, 8],
    ['llama.feed_forward_length', u32, 8],
    ['llama.attention.head_count', u32, 2],
    ['llama.rope.dimension_count', u32, 4],
    ['llama.attention.layer_norm_rms_epsilon', f32, 1e-5],
    ['tokenizer.ggml.model', string, 'gpt2'],
    ['tokenizer.ggml.pre', string, 'gpt-2'],
    ['tokenizer.ggml.tokens', array, { of: string, items: tokens }],
    ['tokenizer.ggml.token_type', array, { of: i32, items: tokens.map((one) => (one === eos ? 3 : 1)) }],
    ['tokenizer.ggml.merges', array, { of: string, items: merges }],
    ['tokenizer.ggml.eos_token_id', u32, tokens.indexOf(eos)],
    ['tokenizer.ggml.add_bos_token', bool, false],
    ['tokenizer.chat_template', string, '{% for m in messages %}{{ m.content }}{% endfor %}'],
  ];
  const entries = new Map(list.map((entry) => [entry[0], entry]));
  change(entries);
  const shapes: readonly (readonly [string, readonly number[]])[] = [
    ['token_embd', [8, tokens.length]],
    ['output_norm', [8]],
    ['blk.0.attn_norm', [8]],
    ['blk.0.ffn_norm', [8]],
    ...['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'].map(
      (name) => [`blk.0.${name}`, [8, 8]] as const,
    ),
  ];
  return Uint8Array.from(
    writeGguf({
      metadata: [...entries.values()],
      tensors: shapes.map(([name, axes]) => ({
        name: `${name}.weight`,
        axes,
        type: ggml.F32,
        bytes: new Uint8Array(4 * axes.reduce((product, axis) => product * axis, 1)),
      })),
    }).file,
  );
};

const { u32, i32, f32, f64, u64, string, bool, array } = types;
const oddEntries = [
  [u32, 2 ** 31 - 1],
  [u32, 0],
  [u64, 2n ** 64n - 1n],
  [u64, 2n ** 53n],
  [f32, 1e30],
  [f64, Number.NaN],
  [f64, 0.5],
  [i32, -1],
  [string, 'constructor'],
  [string, '__proto__'],
  [string, '0x10'],
  [bool, true],
  [array, { of: string, items: ['a', 'a', '__proto__'] }],
  [array, { of: u32, items: [1, 2] }],
  [array, { of: string, items: [] }],
] as const satisfies readonly (readonly [number, EntryValue])[];

/** An entry of the metadata with another value, or another byte anywhere. */
function ggufEntry(input: Input, random: Random): Input {
  if (random.chance(2)) return asBytes(input, random);
  return smallGguf((entries) => {
    const keys = [...entries.keys()];
    for (let i = 1 + random.int(2); i > 0; i--) {
      const key = keys[random.int(keys.length)] ?? '';
      const [type, value] = random.pick<readonly [number, EntryValue]>(oddEntries);
      if (random.chance(6)) entries.delete(key);
      else entries.set(key, [key, type, value]);
    }
  });
}

const adapterZip = Uint8Array.from(
  zipSync({
    'a/adapter_config.json': bytesOf('{"r":1}'),
    'a/adapter_model.safetensors': tensors,
    'a/x.txt': bytesOf('x'),
  }),
);

const saved: Snapshot = {
  recipe: { preset: 'ships-log', values: defaultValues, prompts: ['Where?'] },
  state: { step: 1, adapter: Float32Array.of(1, 2), best: null, optimizer: [Float32Array.of(1, 2)] },
  metrics: [metrics],
  totalSteps: 60,
  before: [{ prompt: 'Where?', text: 'There.' }],
  device: 'cpu',
};
const snapshots = [saved, { ...saved, recipe: { ...saved.recipe, program: sampleProgram } }].map(
  encodeSnapshot,
);

const runsZip = Uint8Array.from(
  zipSync(Object.fromEntries(snapshots.map((run, i) => [`runs/${i}.lora-run`, run]))),
);

/** The JSON of a snapshot changed as a value, its checksum made right: a checksum proves nothing. */
function snapshotJson(input: Input, random: Random): Input {
  const bytes = bytesOf(input);
  if (bytes.length < HEADER_BYTES || random.chance(5)) return asBytes(input, random);
  const view = new DataView(bytes.buffer);
  const length = view.getUint32(8, true);
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)));
  } catch {
    return asBytes(input, random);
  }
  const json = bytesOf(written(mutateValue(value, random)));
  const rest = bytes.subarray(HEADER_BYTES + length);
  const file = Uint8Array.from([...bytes.subarray(0, HEADER_BYTES), ...json, ...rest]);
  const header = new DataView(file.buffer);
  header.setUint32(8, json.length, true);
  header.setUint32(4, checksum(file.subarray(HEADER_BYTES)), true);
  return file;
}

export const fileReaders: readonly Reader[] = [
  {
    name: 'safetensors',
    corpus: [tensors],
    mutate: safetensorsHeader,
    read: (input) => readSafetensors(bytesOf(input)),
    forbids: safetensorsForbids,
  },
  {
    name: 'zip',
    corpus: [adapterZip],
    mutate: asBytes,
    read: (input) => unpackAdapter([{ name: 'adapter.zip', bytes: bytesOf(input) }]),
    forbids: (_, value) => {
      const { config, weights } = Object(value);
      const same = textOf(config) === '{"r":1}' && textOf(weights) === textOf(tensors);
      return same ? null : 'content whose checksum is another';
    },
  },
  {
    name: 'GGUF',
    corpus: [smallGguf()],
    mutate: ggufEntry,
    read: async (input) => {
      const { tokenizer } = await ggufModel(blobSource('small.gguf', new Blob([bytesOf(input)])));
      return tokenizer.encode('hello you');
    },
  },
  {
    name: 'snapshot',
    corpus: snapshots,
    mutate: snapshotJson,
    read: (input) => decodeSnapshot(bytesOf(input)),
  },
  {
    name: 'archive of runs',
    corpus: [runsZip],
    mutate: asBytes,
    read: (input) => runsIn(bytesOf(input)).map((run) => decodeSnapshot(run)),
    forbids: (input, value) => {
      const archive = bytesOf(input)[0] === 0x50 && bytesOf(input)[1] === 0x4b;
      const steps = Array.isArray(value) ? value.map((run) => Number(Object(Object(run).state).step)) : [];
      return archive && steps.some((step) => step !== saved.state.step) ? 'a run of another step' : null;
    },
  },
];
