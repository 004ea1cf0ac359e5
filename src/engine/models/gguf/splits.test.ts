// A model in three GGUF files is the model in one; and what is wrong with a choice of files is said by their names.
import { expect, it } from 'vitest';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import type { Entry, TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { tinyMetadata, tinySpec, tinyTensors } from '../../testing/ggufModel.ts';
import { openModel } from '../openModel.ts';
import { modelTensors } from '../weightPlaces.ts';

const source = (name: string, metadata: Iterable<Entry>, tensors: readonly TensorSpec[]): ByteSource =>
  blobSource(name, new Blob([writeGguf({ metadata: [...metadata], tensors: [...tensors] }).file]));

/** The tiny model as llama.cpp splits it: the first file has all metadata and, as here, no tensors. */
function split(count = 3): ByteSource[] {
  const tensors = [...tinyTensors((name) => (name.includes('ffn') ? 'q8_0' : 'q4_1')).values()];
  return Array.from({ length: count }, (_, i) => {
    const own: Entry[] = [
      ['split.no', types.u16, i],
      ['split.count', types.u16, count],
    ];
    const metadata = i === 0 ? [...tinyMetadata().values(), ...own] : own;
    const part = i === 0 ? [] : tensors.filter((_one, at) => at % (count - 1) === i - 1);
    return source(`tiny-0000${i + 1}-of-0000${count}.gguf`, metadata, part);
  });
}

it('is the model of one file, whatever the order of the files', async () => {
  const [a, b, c] = split();
  const tensors = tinyTensors((name) => (name.includes('ffn') ? 'q8_0' : 'q4_1'));
  const spec = tinySpec(tinyMetadata(), tensors);
  const whole = await openModel('tiny.gguf', [blobSource('tiny.gguf', new Blob([writeGguf(spec).file]))]);
  const parts = await openModel(
    'tiny',
    [c, a, b].flatMap((one) => one ?? []),
  );
  expect(parts.config).toEqual(whole.config);
  expect(parts.info.digest).toMatch(/^[0-9a-f]{16}$/);
  const [one, other] = await Promise.all([whole.weights(), parts.weights()]);
  for (const [name, shape] of modelTensors(whole.config))
    expect(await other.read(name, shape)).toEqual(await one.read(name, shape));
});

it.each([
  [
    'one that is missing',
    () => split().slice(0, 2),
    /1 of 3 weight files are not there: tiny-00003-of-00003\.gguf/,
  ],
  [
    'the first alone',
    () => split().slice(0, 1),
    /2 of 3 .*tiny-00002-of-00003\.gguf, tiny-00003-of-00003\.gguf/,
  ],
  ['two models', () => [...split(), ...split(2).slice(1)], /another model, or stands twice/],
  [
    'a place that is none',
    () => [
      source(
        'a.gguf',
        [
          ['split.no', types.u16, 7],
          ['split.count', types.u16, 3],
        ],
        [],
      ),
    ],
    /a\.gguf \(metadata\): 'split\.no' 7 of 'split\.count' 3/,
  ],
])('refuses %s', async (_, files, words) => {
  await expect(openModel('tiny', files())).rejects.toThrow(words);
});
