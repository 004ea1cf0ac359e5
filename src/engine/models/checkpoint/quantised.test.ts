// Quantised checkpoints: the numbers that bitsandbytes, or the formula of GPTQ and AWQ in PyTorch, makes of them (tests/golden/checkpoints.json);
// and what bitsandbytes quantised is, buffer by buffer, what is quantised here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SavedTensor } from '../../ground/formats/safetensors.ts';
import type { FolderFiles } from '../../testing/checkpoint.ts';
import { jsonBytes, randomFolder, randomTensors, sourcesOf } from '../../testing/checkpoint.ts';
import type { BufferData } from '../../torch/autograd/bufferData.ts';
import { loadWeights } from '../loadModel.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { openModel } from '../openModel.ts';
import { modelTensors } from '../weightPlaces.ts';
import type { WeightOptions } from '../weightSource.ts';
import { floatsOf } from '../weightSource.ts';
import { storedFormats } from './storedFormats.ts';

interface Checkpoint {
  readonly quantization_config: Readonly<Record<string, unknown>>;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
    readonly bytes: string;
  }[];
  /** SHA-256 of float32 values, by name. */
  readonly values: Readonly<Record<string, string>>;
}
const golden: { readonly checkpoints: Readonly<Record<string, Checkpoint>> } = JSON.parse(
  readFileSync('tests/golden/checkpoints.json', 'utf8'),
);

const oneLayer = randomTensors().filter(({ name }) => !name.includes('.layers.1.'));
const config = {
  ...JSON.parse(new TextDecoder().decode(randomFolder().get('config.json'))),
  num_hidden_layers: 1,
};

const quantisedAs = (checkpoint?: Checkpoint) =>
  checkpoint ? { quantization_config: checkpoint.quantization_config } : {};

/** The model's first layer, with these tensors in place of its projections. */
function folder(
  checkpoint?: Checkpoint,
  change: (tensor: SavedTensor) => SavedTensor = (one) => one,
): FolderFiles {
  const own = (checkpoint?.tensors ?? []).map(({ bytes, ...rest }) =>
    change({ ...rest, bytes: Uint8Array.from(Buffer.from(bytes, 'base64')) }),
  );
  const others = oneLayer.filter(({ name }) => !checkpoint || !name.endsWith('_proj.weight'));
  const json = jsonBytes({ ...config, ...quantisedAs(checkpoint) });
  return randomFolder([...others, ...own]).set('config.json', json);
}
const open = (files: FolderFiles): Promise<ModelFiles> => openModel('tiny', sourcesOf(files));
const pick = (name: string): Checkpoint => golden.checkpoints[name] ?? expect.unreachable(name);

const sha256 = (values: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

describe('a quantised checkpoint', () => {
  it.each([
    ['nf4', 'nf4'],
    ['nf4-double', 'nf4-double'],
    ['fp4', 'fp4'],
    ['gptq', 'int4'],
    ['gptq-v2', 'int4'],
    ['gptq-act-order', 'none'],
    ['awq', 'int4'],
  ])('%s gives the library’s numbers', async (name, format) => {
    const checkpoint = pick(name);
    const model = await open(folder(checkpoint));
    const told = storedFormats({ ...config, ...quantisedAs(checkpoint) }, model.config);
    const weights = await model.weights();
    const got: Record<string, string> = {};
    for (const [weight, shape] of modelTensors(model.config))
      if (weight.endsWith('_proj.weight')) {
        expect([model.formatOf(weight), told(weight)]).toEqual([format, format]);
        got[weight] = sha256(floatsOf(await weights.read(weight, shape)));
      }
    expect(got).toEqual(checkpoint.values);
  });
});

/** Every buffer that a model becomes. */
async function buffers(model: ModelFiles, options: WeightOptions): Promise<ReadonlyMap<string, BufferData>> {
  const found = new Map<string, BufferData>();
  await loadWeights(
    model.config,
    await model.weights(),
    { ...options, positions: model.config.maxPositions },
    { upload: (name, data) => void found.set(name, data), quantiser: null },
    () => Promise.resolve(),
  );
  return found;
}

describe('what bitsandbytes quantised', () => {
  const asIs = { quantType: null, doubleQuant: false };
  it.each(['nf4', 'fp4'] as const)(
    'to %s is the same as quantised here, whatever is asked for',
    async (quantType) => {
      const [saved, plain] = await Promise.all([open(folder(pick(quantType))), open(folder())]);
      const here = await buffers(plain, { quantType, doubleQuant: false });
      expect(await buffers(saved, asIs)).toEqual(here);
      expect(await buffers(saved, { quantType: 'fp4', doubleQuant: true })).toEqual(here);
    },
  );

  it('with double quantisation too', async () => {
    const model = await open(folder(pick('nf4-double')));
    // That one was made of bfloat16: the same numbers rounded.
    const halves = await open(
      folder(undefined).set(
        'model.safetensors',
        randomFolder(oneLayer.map(toBfloat)).get('model.safetensors') ?? new Uint8Array(),
      ),
    );
    const [own, here] = [
      await buffers(model, asIs),
      await buffers(halves, { quantType: 'nf4', doubleQuant: true }),
    ];
    for (const [name, data] of here)
      if (/_proj|qkv|gate_up|\.o$|down/.test(name)) expect(own.get(name), name).toEqual(data);
  });
});

/** To nearest, ties to even, as torch rounds. */
function toBfloat(tensor: SavedTensor): SavedTensor {
  const bits = new Uint32Array(tensor.bytes.slice().buffer);
  const upper = Uint16Array.from(bits, (word) => (word + 0x7fff + ((word >>> 16) & 1)) >>> 16);
  return { ...tensor, dtype: 'BF16', bytes: new Uint8Array(upper.buffer) };
}

describe('is refused by name', () => {
  const other = (name: string, more: object): FolderFiles =>
    folder({ ...pick(name), quantization_config: { ...pick(name).quantization_config, ...more } });
  const changed = (name: string, part: RegExp, change: (tensor: SavedTensor) => SavedTensor): FolderFiles =>
    folder(pick(name), (tensor) => (part.test(tensor.name) ? change(tensor) : tensor));
  const text =
    (words: string) =>
    (tensor: SavedTensor): SavedTensor => ({
      ...tensor,
      shape: [words.length],
      bytes: Uint8Array.from(new TextEncoder().encode(words)),
    });

  it.each<[string, FolderFiles, RegExp]>([
    ['eight bits', other('nf4', { load_in_4bit: false }), /quantised with "bitsandbytes" \(in 8 bits\)/],
    ['three bits', other('gptq', { bits: 3 }), /"gptq" \(in 3 bits\)/],
    ['another layout', other('awq', { version: 'gemv' }), /"awq" \(version "gemv"\)/],
    [
      'another group size',
      other('gptq', { group_size: 32 }),
      /qzeros': it should be I32 \[\d+, \d+\] for groups of 32/,
    ],
    [
      'a state of another shape',
      changed('nf4', /q_proj.*quant_state/, text('{"shape":[1,2]}')),
      /q_proj\.weight': its quant_state says the shape "\[1,2\]"/,
    ],
    [
      'a state with blocks of 48',
      changed('nf4', /q_proj.*quant_state/, text('{"shape":[64,64],"blocksize":48}')),
      /its blocks of 48 are no multiple of 64/,
    ],
    [
      'another code book',
      changed('nf4', /q_proj.*quant_map/, (tensor) => ({ ...tensor, bytes: new Uint8Array(64) })),
      /its quant_map is not that of nf4/,
    ],
    [
      'groups in another order than it says',
      changed('gptq', /down_proj\.g_idx/, (tensor) => ({ ...tensor, bytes: tensor.bytes.toReversed() })),
      /g_idx': its groups are not those of group_size 64/,
    ],
  ])('%s', async (_, files, words) => {
    const reading = open(files).then(async (model) => {
      const weights = await model.weights();
      for (const [name, shape] of modelTensors(model.config)) await weights.read(name, shape);
    });
    await expect(reading).rejects.toThrow(words);
  });
});
