// GGUF headers: every kind of value comes back, and each kind of broken file is refused by name, place and remedy, with
// bounded memory.
import { describe, expect, it } from 'vitest';
import { UserError } from '../../errors.ts';
import type { ByteSource } from '../byteSource.ts';
import { blobSource } from '../byteSource.ts';
import { readGguf } from './reader.ts';
import type { FileSpec, TensorSpec } from './writer.ts';
import { ggml, types, writeGguf } from './writer.ts';

const tensor = (name: string, axes: readonly number[], more: Partial<TensorSpec> = {}): TensorSpec => {
  const count = axes.reduce((product, axis) => product * axis, 1);
  return { name, axes, type: ggml.F32, bytes: new Uint8Array(count * 4).fill(7), ...more };
};
const spec: FileSpec = {
  metadata: [
    ['general.architecture', types.string, 'llama'],
    ['a.u8', types.u8, 200],
    ['a.i8', types.i8, -3],
    ['a.u16', types.u16, 65000],
    ['a.i16', types.i16, -300],
    ['a.u32', types.u32, 4_000_000_000],
    ['a.i32', types.i32, -5],
    ['a.f32', types.f32, 0.5],
    ['a.bool', types.bool, true],
    ['a.u64', types.u64, 2n ** 63n],
    ['a.i64', types.i64, -(2n ** 62n)],
    ['a.f64', types.f64, 1e-300],
    ['a.texts', types.array, { of: types.string, items: ['é', '', '你好'] }],
    [
      'a.nested',
      types.array,
      {
        of: types.array,
        items: [
          { of: types.u8, items: [1, 2] },
          { of: types.i32, items: [-1] },
        ],
      },
    ],
  ],
  tensors: [
    tensor('a.weight', [8, 3]),
    tensor('b.weight', [64], { type: ggml.Q8_0, bytes: new Uint8Array(68) }),
  ],
};

/** Counts what is asked of the file. */
function counted(source: ByteSource): { readonly source: ByteSource; readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    source: {
      ...source,
      read: (offset, length) => {
        asked.push(length);
        return source.read(offset, length);
      },
    },
  };
}

it('reads values of every type, and where tensors lie', async () => {
  const { file, sections } = writeGguf(spec);
  const { metadata, tensors, headerBytes } = await readGguf(blobSource('whole.gguf', new Blob([file])));
  expect(Object.fromEntries(metadata)).toEqual({
    'general.architecture': 'llama',
    'a.u8': 200,
    'a.i8': -3,
    'a.u16': 65000,
    'a.i16': -300,
    'a.u32': 4_000_000_000,
    'a.i32': -5,
    'a.f32': 0.5,
    'a.bool': true,
    'a.u64': 2n ** 63n,
    'a.i64': -(2n ** 62n),
    'a.f64': 1e-300,
    'a.texts': ['é', '', '你好'],
    'a.nested': [[1, 2], [-1]],
  });
  expect(headerBytes).toBe(sections.table);
  const dataAt = Math.ceil(sections.table / 32) * 32;
  expect(tensors.get('a.weight')).toMatchObject({ shape: [3, 8], offset: dataAt, bytes: 96 });
  expect(tensors.get('b.weight')).toMatchObject({ shape: [64], offset: dataAt + 96, bytes: 68 });
});

const [first] = spec.tensors;
if (!first) throw new Error('the file needs a tensor');
const changed = (more: Partial<FileSpec>): Uint8Array<ArrayBuffer> => writeGguf({ ...spec, ...more }).file;
const cut = (at: (sections: ReturnType<typeof writeGguf>['sections']) => number): Uint8Array<ArrayBuffer> => {
  const { file, sections } = writeGguf(spec);
  return file.slice(0, at(sections));
};
const longString = (): Uint8Array<ArrayBuffer> => {
  const { file } = writeGguf(spec);
  // The length of the first key, right behind the header.
  new DataView(file.buffer).setBigUint64(24, 2n ** 40n, true);
  return file;
};
const longArray = (): Uint8Array<ArrayBuffer> => {
  const { file, sections } = writeGguf({
    metadata: [['x', types.array, { of: types.u8, items: [1] }]],
    tensors: [],
  });
  new DataView(file.buffer).setBigUint64(sections.metadata - 9, 2n ** 32n, true);
  return file;
};

const broken: readonly (readonly [string, () => Uint8Array<ArrayBuffer>, RegExp])[] = [
  ['cut in the header', () => cut(({ header }) => header - 5), /\(header\): the file ends here.*download/],
  [
    'cut in the metadata',
    () => cut(({ metadata }) => metadata - 9),
    /\(metadata\): .*(ends here|is \d+, at most).*/,
  ],
  [
    'cut in the tensor table',
    () => cut(({ table }) => table - 3),
    /\(tensor table\): the file ends here.*download/,
  ],
  [
    'cut inside a tensor',
    () => cut(({ data }) => data - 30),
    /tensor 'b\.weight' needs bytes \d+ to \d+, the file has \d+.*download/,
  ],
  ['another magic', () => changed({ magic: 0x04034b50 }), /byte 0 .*no GGUF file.*\.gguf/],
  ['version 1', () => changed({ version: 1 }), /byte 4 .*version 1 .*Convert/],
  [
    'an absurd number of tensors',
    () => changed({ tensorCount: 2n ** 60n }),
    /number of tensors is 1152921504606846976.*damaged/,
  ],
  [
    'an absurd number of entries',
    () => changed({ metadataCount: 2n ** 50n }),
    /number of metadata entries is .*damaged/,
  ],
  ['an absurd text', longString, /length of a metadata key is 1099511627776.*damaged/],
  ['an absurd array', longArray, /count of 'x' is 4294967296.*damaged/],
  [
    'an unknown tensor type',
    () => changed({ tensors: [{ ...first, type: 99 }] }),
    /'a\.weight' has the unknown type 99.*Q4_0/,
  ],
  [
    'an unknown value type',
    () => changed({ metadata: [['x', 77, 1]] }),
    /'x' has the unknown value type 77.*damaged/,
  ],
  [
    'an unaligned offset',
    () => changed({ tensors: [{ ...first, offset: 20 }] }),
    /offset 20 is no multiple of the alignment 32.*download/,
  ],
  [
    'overlapping tensors',
    () => changed({ tensors: [first, tensor('b.weight', [64], { offset: 64 })] }),
    /tensors 'a\.weight' and 'b\.weight' overlap.*download/,
  ],
  ['a tensor twice', () => changed({ tensors: [first, first] }), /'a\.weight' stands twice.*damaged/],
  [
    'a row that fills no block',
    () => changed({ tensors: [tensor('a.weight', [40, 2], { type: ggml.Q4_0 })] }),
    /rows of 40 elements don't fill blocks of 32 \(Q4_0\).*download/,
  ],
  [
    'no axes',
    () => changed({ tensors: [tensor('a.weight', [], { bytes: new Uint8Array(4) })] }),
    /has 0 axes.*damaged/,
  ],
  [
    'nine axes',
    () => changed({ tensors: [tensor('a.weight', [1, 1, 1, 1, 1, 1, 1, 1, 4])] }),
    /has 9 axes.*damaged/,
  ],
  [
    'an absurd alignment',
    () => changed({ metadata: [['general.alignment', types.u32, 0]] }),
    /general\.alignment is 0.*damaged/,
  ],
  ['nothing at all', () => new Uint8Array(0), /byte 0 \(header\): the file ends here/],
];

describe('broken files', () => {
  it.each(broken)('%s', async (_, make, words) => {
    const { source, asked } = counted(blobSource('broken.gguf', new Blob([make()])));
    const error: unknown = await readGguf(source).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(UserError);
    if (!(error instanceof UserError)) return;
    expect(error.code).toMatch(/^gguf-/);
    expect(error.message).toMatch(/^broken\.gguf, byte \d+ \(/);
    expect(error.message).toMatch(words);
    expect(error.data.file).toBe('broken.gguf');
    expect(asked.reduce((sum, length) => sum + length, 0)).toBeLessThan(2 ** 20);
  });

  it('a header that never ends asks for 64 MiB at most', async () => {
    // 100 MiB in which each text claims the next megabyte.
    const { file } = writeGguf({ ...spec, metadataCount: 60_000n });
    const size = 100 * 2 ** 20;
    const { source, asked } = counted({
      name: 'endless.gguf',
      size,
      read: (offset, length) => {
        const bytes = new Uint8Array(length);
        bytes.set(file.subarray(offset, Math.min(file.length, offset + length)));
        const view = new DataView(bytes.buffer);
        for (let at = 24; at + 16 < length; at += 2 ** 20) view.setBigUint64(at, BigInt(2 ** 20 - 13), true);
        for (let at = 24 + 2 ** 20 - 5; at + 4 < length; at += 2 ** 20) view.setUint32(at, 0, true);
        return Promise.resolve(bytes);
      },
    });
    await expect(readGguf(source)).rejects.toThrow(UserError);
    expect(Math.max(...asked)).toBeLessThanOrEqual(2 ** 26);
  });
});

it('quotes no more of a key than shows which it is', async () => {
  const key = 'k'.repeat(5000);
  const { file } = writeGguf({ metadata: [[key, types.u32, 1]], tensors: [] });
  // The type of its value, after magic, version, two counts, the key's length and the key.
  new DataView(file.buffer, file.byteOffset).setUint32(24 + 8 + key.length, 99, true);
  const error: unknown = await readGguf(blobSource('long.gguf', new Blob([file]))).catch(
    (one: unknown) => one,
  );
  expect(error instanceof UserError && error.message).toMatch(/unknown value type 99/);
  expect(error instanceof UserError && error.message.length).toBeLessThan(300);
});
