// A folder of Hugging Face as a base model: one file or shards, in each float type; and what is refused, with the file's name.
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { halfToFloat } from '../../../shaders/quant/halves.ts';
import type { UserError } from '../../ground/errors.ts';
import { writeTensors } from '../../ground/formats/safetensors.ts';
import type { FolderFiles } from '../../testing/checkpoint.ts';
import { halved, jsonBytes, randomFolder, randomTensors, sourcesOf } from '../../testing/checkpoint.ts';
import { readPublic } from '../../testing/embedded.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { embeddedModel } from '../modelFiles.ts';
import { openModel } from '../openModel.ts';
import { modelTensors } from '../weightPlaces.ts';
import { floatsOf } from '../weightSource.ts';

const open = (files: FolderFiles): Promise<ModelFiles> => openModel('tiny', sourcesOf(files));

/** The bits of float32 values, short enough to be compared. */
const bitsOf = (values: Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest('hex');

/** Every tensor in float32, by name. */
async function floatsOfAll(model: ModelFiles): Promise<Map<string, string>> {
  const weights = await model.weights();
  const found = new Map<string, string>();
  for (const [name, shape] of modelTensors(model.config))
    found.set(name, bitsOf(floatsOf(await weights.read(name, shape))));
  return found;
}

const tensors = randomTensors();
const floats = new Map(tensors.map(({ name, bytes }) => [name, new Float32Array(bytes.slice().buffer)]));
const wanted = new Map([...floats].map(([name, values]) => [name, bitsOf(values)]));

/** The folder with its tensors in three shards and an index. */
function sharded(): FolderFiles {
  const files = randomFolder();
  files.delete('model.safetensors');
  const map: Record<string, string> = {};
  for (const shard of [0, 1, 2]) {
    const name = `model-0000${shard + 1}-of-00003.safetensors`;
    const own = tensors.filter((_, i) => i % 3 === shard);
    files.set(name, writeTensors(own));
    for (const tensor of own) map[tensor.name] = name;
  }
  files.set('model.safetensors.index.json', jsonBytes({ metadata: {}, weight_map: map }));
  return files;
}

describe('a folder', () => {
  it('gives every tensor as its file has it, and the tokenizer beside it', async () => {
    const [model, embedded] = await Promise.all([open(randomFolder()), embeddedModel(readPublic)]);
    expect(await floatsOfAll(model)).toEqual(wanted);
    expect(model.tokenizer.encode('Where is the mill?')).toEqual(
      embedded.tokenizer.encode('Where is the mill?'),
    );
    expect([...model.stopIds]).toEqual([...embedded.stopIds]);
    expect(model.info).toMatchObject({ kind: 'checkpoint', name: 'tiny', storedAs: 'F32', unused: [] });
    expect(model.formatOf('lm_head.weight')).toBe('none');
  });

  it('may have its weights in shards, and is told from another by its bytes', async () => {
    const [whole, parts, again] = await Promise.all([open(randomFolder()), open(sharded()), open(sharded())]);
    expect(await floatsOfAll(parts)).toEqual(wanted);
    expect(parts.info.digest).toBe(again.info.digest);
    expect(parts.info.digest).not.toBe(whole.info.digest);
    const files = sharded();
    files.delete('model.safetensors.index.json');
    expect(await floatsOfAll(await open(files))).toEqual(wanted);
  });

  it('may be in half precision, which stays as it is', async () => {
    const halves = tensors.map(halved);
    const model = await open(randomFolder(halves));
    const want = halves.map(({ name, bytes }) => [
      name,
      bitsOf(Float32Array.from(new Uint16Array(bytes.slice().buffer), halfToFloat)),
    ]);
    expect([...(await floatsOfAll(model))].sort()).toEqual(want.sort());
    expect([model.info.storedAs, model.formatOf('lm_head.weight')]).toEqual(['F16', 'f16']);
    const upper = ({ bytes }: { readonly bytes: Uint8Array }) => bytes.filter((_, i) => i % 4 >= 2);
    const brains = tensors.map((tensor) => ({ ...tensor, dtype: 'BF16', bytes: upper(tensor) }));
    const brain = await floatsOfAll(await open(randomFolder(brains)));
    const cut = (x: number): number => {
      const bits = new Uint32Array(Float32Array.of(x).buffer);
      bits[0] = (bits[0] ?? 0) & 0xffff0000;
      return new Float32Array(bits.buffer)[0] ?? 0;
    };
    for (const [name, values] of floats) expect(brain.get(name)).toBe(bitsOf(values.map(cut)));
  });

  it('keeps its template in a file of its own, and says which files are of no use', async () => {
    const files = randomFolder();
    files.set(
      'chat_template.jinja',
      Uint8Array.from(new TextEncoder().encode('[{{ messages[0].content }}]')),
    );
    files.set('README.md', new Uint8Array(3));
    const { tokenizer, info } = await open(files);
    expect(tokenizer.render([{ role: 'user', content: 'Hi' }], true).text).toBe('[Hi]');
    expect(info.unused).toEqual(['README.md']);
  });

  it('reads its tensors once each, and tells how far it is', async () => {
    const seen: [string, number, number][] = [];
    const model = await open(sharded());
    const weights = await model.weights({
      onProgress: ({ file, done, total }) => void seen.push([file, done, total]),
    });
    for (const [name, shape] of modelTensors(model.config)) await weights.read(name, shape);
    expect(seen.length).toBe(tensors.length);
    expect(seen.at(-1)?.[1]).toBe(tensors.reduce((sum, { bytes }) => sum + bytes.length, 0));
    expect(new Set(seen.map(([file]) => file)).size).toBe(3);
  });
});

describe('is refused by name', () => {
  const without = (name: string, files = randomFolder()): FolderFiles => {
    files.delete(name);
    return files;
  };
  const changed = (name: string, bytes: Uint8Array<ArrayBuffer>, files = randomFolder()): FolderFiles =>
    files.set(name, bytes);
  const shaped = (shape: number[], dtype = 'F32') =>
    randomFolder(
      tensors.map((tensor) => (tensor.name === 'model.norm.weight' ? { ...tensor, shape, dtype } : tensor)),
    );
  const config = JSON.parse(new TextDecoder().decode(randomFolder().get('config.json')));

  it.each<[string, FolderFiles, string, RegExp]>([
    [
      'a folder without a configuration',
      without('config.json'),
      'model-files',
      /tiny: config\.json is missing/,
    ],
    ['one without a tokenizer', without('tokenizer.json'), 'model-files', /tokenizer\.json is missing/],
    [
      'one with a tokenizer of another kind',
      changed('tokenizer.model', new Uint8Array(4), without('tokenizer.json')),
      'model-files',
      /tokenizer\.model alone is not read.*save_pretrained/,
    ],
    ['one without weights', without('model.safetensors'), 'model-files', /model\.safetensors is missing/],
    [
      'pickled weights',
      changed('pytorch_model.bin', new Uint8Array(4), without('model.safetensors')),
      'model-files',
      /pytorch_model\.bin holds Python objects/,
    ],
    [
      'a shard that is not there',
      without('model-00002-of-00003.safetensors', sharded()),
      'model-shards',
      /index\.json: 1 of 3 weight files are not there: model-00002-of-00003\.safetensors/,
    ],
    [
      'shards without an index, one missing',
      without('model.safetensors.index.json', without('model-00003-of-00003.safetensors', sharded())),
      'model-shards',
      /tiny: 1 of 3 weight files are not there: model-00003-of-00003\.safetensors/,
    ],
    [
      'an index that lies',
      changed(
        'model.safetensors.index.json',
        jsonBytes({
          weight_map: {
            'model.norm.weight': 'model-00001-of-00003.safetensors',
            x: 'model-00002-of-00003.safetensors',
          },
        }),
        sharded(),
      ),
      'model-index',
      /tensor '(x|model\.norm\.weight)' is in model-0000\d-of-00003\.safetensors, which does not have it/,
    ],
    [
      'an index that is none',
      changed('model.safetensors.index.json', jsonBytes({ weight_map: [1] }), sharded()),
      'model-index',
      /weight_map, expected an object/,
    ],
    [
      'several weight files',
      changed(
        'b.safetensors',
        new Uint8Array(4),
        changed('a.safetensors', new Uint8Array(4), without('model.safetensors')),
      ),
      'model-several',
      /a\.safetensors, b\.safetensors|b\.safetensors, a\.safetensors/,
    ],
    [
      'a tensor that is missing',
      randomFolder(tensors.filter(({ name }) => name !== 'model.norm.weight')),
      'model-tensor',
      /model\.safetensors: tensor 'model\.norm\.weight' should be \[64\], got none/,
    ],
    ['one of another shape', shaped([8, 8]), 'model-tensor', /model\.safetensors: .*\[64\], got \[8, 8\]/],
    ['one of another type', shaped([64], 'I32'), 'model-tensor-type', /'model\.norm\.weight' is I32/],
    [
      'a part that the configuration does not have',
      randomFolder([
        ...tensors,
        { name: 'model.layers.0.self_attn.q_proj.bias', dtype: 'F32', shape: [1], bytes: new Uint8Array(4) },
      ]),
      'model-tensor-extra',
      /'model\.layers\.0\.self_attn\.q_proj\.bias' is of no part/,
    ],
    [
      'a quantisation that is not read',
      changed('config.json', jsonBytes({ ...config, quantization_config: { quant_method: 'hqq' } })),
      'model-quantised',
      /quantised with "hqq"/,
    ],
    [
      'another family',
      changed('config.json', jsonBytes({ ...config, model_type: 'mamba' })),
      'model-family',
      /mamba/,
    ],
    [
      'a configuration that is no JSON',
      changed('config.json', new Uint8Array(2)),
      'model-file-json',
      /config\.json/,
    ],
    [
      'a cut file',
      changed(
        'model.safetensors',
        (randomFolder().get('model.safetensors') ?? new Uint8Array()).slice(0, -4),
      ),
      'safetensors',
      /model\.safetensors: its tensors cover/,
    ],
  ])('%s', async (_, files, code, words) => {
    const error: UserError = await open(files).then(
      () => expect.unreachable(),
      (thrown) => thrown,
    );
    expect(error.code).toBe(code);
    expect(error.message).toMatch(words);
  });

  it('what is lone and no part of a folder is read as a GGUF file, as before', async () => {
    await expect(open(new Map([['README.md', jsonBytes('hello')]]))).rejects.toThrow(/README\.md, byte 0/);
  });
});
