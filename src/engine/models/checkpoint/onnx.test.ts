// ONNX exports: every value is what ONNX Runtime computes with (tests/golden/onnx.json), in one file or with another beside it, whole models
// open, and what is damaged or of another kind is refused by its place.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { floatToHalf, halfToFloat } from '../../../shaders/quant/halves.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import { Message } from '../../ground/formats/protobuf.ts';
import type { FolderFiles } from '../../testing/checkpoint.ts';
import { randomFolder, randomTensors, sourcesOf } from '../../testing/checkpoint.ts';
import { parseConfig } from '../families.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { openModel } from '../openModel.ts';
import { modelTensors } from '../weightPlaces.ts';
import { floatsOf } from '../weightSource.ts';
import { onnxTable } from './onnxTable.ts';
import { onnxWeight } from './onnxWeight.ts';

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, readonly [shape: readonly number[], sha256: string]>>;
}
const golden: { readonly rows: number; readonly cases: Readonly<Record<string, Case>> } = JSON.parse(
  readFileSync('tests/golden/onnx.json', 'utf8'),
);

const sha256 = (values: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');
const bytesOf = (base64 = ''): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(base64, 'base64'));
const pick = (name: string): Case => golden.cases[name] ?? expect.unreachable(name);
const filesOf = (name: string): FolderFiles =>
  new Map(Object.entries(pick(name).files).map(([file, bytes]) => [file, bytesOf(bytes)]));

const config = parseConfig(JSON.parse(new TextDecoder().decode(randomFolder().get('config.json'))));
const inHalves = (values: Float32Array): Float32Array => values.map((one) => halfToFloat(floatToHalf(one)));

describe('a quantised graph', () => {
  it.each([
    ['symmetric', 'int4_f32'],
    ['with zeros', 'int4_f32'],
    ['half, blocks of 64', 'int4'],
    ['half, symmetric, table too', 'int4'],
    ['table with zeros', 'int4_f32'],
    ['beside the file', 'int4_f32'],
    ['joined, as genai names them', 'int4_f32'],
    ['eight bits', 'none'],
  ])('(%s) gives ONNX Runtime’s numbers', async (name, format) => {
    const files = filesOf(name);
    const [graph = expect.unreachable()] = sourcesOf(files);
    const table = await onnxTable({ name: 'tiny', files: sourcesOf(files) }, graph, {
      ...config,
      // Of the table some rows stand for all.
      ...(name.includes('table') ? { vocabSize: golden.rows } : {}),
    });
    // What a half-precision model prints is rounded to halves; what is trained on is not.
    const as = name.startsWith('half') ? inHalves : (values: Float32Array) => values;
    // A negative scale times nought is −0, and in a product with the identity 0.
    const added = (values: Float32Array): Float32Array => values.map((one) => one + 0);
    const read = async (weight: string): Promise<Float32Array> => {
      const own = onnxWeight(table.quantised.get(weight) ?? expect.unreachable(weight));
      expect(own.format).toBe(format);
      return floatsOf(await own.read());
    };
    for (const [path, [shape, digest]] of Object.entries(pick(name).values)) {
      const module = path.slice(1).replaceAll('/', '.').replace('.attn.', '.self_attn.');
      const joined = ['q', 'k', 'v'].map((one) => module.replace('qkv_proj', `${one}_proj`));
      const names = module.endsWith('qkv_proj') ? joined : [module];
      const parts = await Promise.all(names.map((one) => read(`${one}.weight`)));
      const values = Float32Array.from(parts.flatMap((part) => [...part]));
      expect([values.length, sha256(module.includes('embed') ? as(values) : added(as(values)))]).toEqual([
        shape.reduce((a, b) => a * b),
        digest,
      ]);
    }
  });

  it('of floats gives the numbers of the checkpoint that it was made of', async () => {
    const files = filesOf('floats');
    const model = await openModel('tiny', sourcesOf(whole(files)));
    const weights = await model.weights();
    for (const { name, bytes, shape } of randomTensors())
      expect(floatsOf(await weights.read(name, shape)), name).toEqual(new Float32Array(bytes.slice().buffer));
    expect(model.info.storedAs).toBe('F32');
  });
});

/** A folder with the graph and all that it lacks of the model, as floats under their PyTorch names. */
function whole(files: FolderFiles, lacking: (name: string) => boolean = () => false): FolderFiles {
  const graph = files.get('model_q4.onnx') ?? expect.unreachable();
  const held = /layers\.0\.self_attn\.[qk]_proj/;
  const rest = new Message();
  for (const { name, shape, bytes } of randomTensors()) {
    if (held.test(name) || lacking(name)) continue;
    const tensor = new Message();
    for (const size of shape) tensor.number(1, size);
    rest.message(5, tensor.number(2, 1).text(8, name).bytes(9, bytes));
  }
  // A message that stands twice is one, merged.
  const more = new Message().message(7, rest).done();
  const folder = randomFolder();
  folder.delete('model.safetensors');
  for (const [name, bytes] of files) folder.set(name, bytes);
  return folder.set('model_q4.onnx', Uint8Array.from([...graph, ...more]));
}

const open = (files: FolderFiles): Promise<ModelFiles> => openModel('tiny', sourcesOf(files));

describe('a folder with an ONNX export', () => {
  it('opens as a model whose every tensor can be read', async () => {
    const model = await open(whole(filesOf('beside the file')));
    const weights = await model.weights();
    for (const [name, shape] of modelTensors(model.config))
      expect(floatsOf(await weights.read(name, shape)).length).toBe(shape.reduce((a, b) => a * b));
    expect(model.info).toMatchObject({ kind: 'checkpoint', storedAs: 'ONNX 4-bit', unused: [] });
  });

  it('names the tensor that is missing', () =>
    expect(open(whole(filesOf('symmetric'), (name) => name === 'model.norm.weight'))).rejects.toThrow(
      /model\.norm\.weight/,
    ));

  it('names the file beside it that is missing', () => {
    const files = whole(filesOf('beside the file'));
    files.delete('model_q4.onnx_data');
    return expect(open(files)).rejects.toThrow(
      /model_q4\.onnx, byte \d+: its tensors are in model_q4\.onnx_data/,
    );
  });

  it('refuses a file that is cut, at its place', async () => {
    const files = filesOf('symmetric');
    const bytes = files.get('model_q4.onnx') ?? expect.unreachable();
    for (const length of [3, 100, bytes.length - 1000])
      await expect(open(whole(new Map([['model_q4.onnx', bytes.slice(0, length)]])))).rejects.toThrow(
        /model_q4\.onnx/,
      );
    const cut = blobSource('model_q4.onnx', new Blob([bytes.slice(0, 500)]));
    await expect(onnxTable({ name: 'tiny', files: [cut] }, cut, config)).rejects.toThrow(
      /byte \d+: .*damaged/,
    );
  });
});
