// What a bundle holds for each place that rows and models come from: all that the script names is in it, or said to be fetched or put there.
import { expect, it } from 'vitest';
import { textSource } from '../data/formats/textOf.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { presetValues, recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readRecipeJson } from '../recipe/recipeFile.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import { MOST_BUNDLED_BYTES, scriptBundle } from './scriptBundle.ts';

const assets = new Assets(readPublic);
const preset = recipeOfPreset(await assets.presets(), 'ships-log');

async function bundled(recipe: Recipe) {
  const files = await scriptBundle(assets, recipe);
  const textOf = (name: string): string =>
    new TextDecoder().decode(files.find((file) => file.name === name)?.bytes);
  return { names: files.map(({ name }) => name), files, textOf };
}

it('holds a preset’s rows and the small model beside the script that names them', async () => {
  const { names, textOf, files } = await bundled(preset);
  const train = textOf('train.py');
  expect(train).toContain('MODEL = "model"');
  expect(train).toContain('DATA = "rows.jsonl"');
  expect(textOf('rows.jsonl')).toBe(new TextDecoder().decode(await readPublic('presets/ships-log.jsonl')));
  const weights = await readPublic('model/model.safetensors');
  expect(files.find(({ name }) => name === 'model/model.safetensors')?.bytes).toEqual(weights);
  expect(names).toEqual(expect.arrayContaining(['model/config.json', 'model/tokenizer.json', 'README.md']));
  expect(textOf('requirements.txt').trim().split('\n').join(' ')).toBe(
    train.split('\n')[0]?.replace('# pip install ', ''),
  );
  expect(readRecipeJson(textOf('recipe.json'), presetValues(await assets.presets()))).toEqual(preset);
});

it('writes requirements as pip reads them from a file, without a shell’s quotes', async () => {
  const { textOf } = await bundled({
    ...preset,
    values: withPatch(preset.values, { 'wiring.stack': 'trl-0.7.1' }),
  });
  expect(textOf('train.py')).toContain('"numpy<2"');
  expect(textOf('requirements.txt')).toContain('\nnumpy<2\n');
});

it('takes rows of one’s own as they were brought, under the name that the script loads', async () => {
  const text = 'question,answer\nWho?,Greta.\n';
  const { data } = await assets.shelf.open(textSource('mine.csv', text));
  const { textOf } = await bundled({ ...preset, data });
  expect(textOf('train.py')).toContain('DATA = "mine.csv"');
  expect(textOf('mine.csv')).toBe(text);
});

it('names rows that are too large to be packed, and those of a hub', async () => {
  const small = textSource('huge.jsonl', '{"text": "Greta looks after the inn."}\n');
  const data = { name: 'huge.jsonl', digest: '0123456789abcdef' } as const;
  assets.shelf.hold(data.digest, small);
  expect((await bundled({ ...preset, data })).names).toContain('huge.jsonl');
  // Its table stays known; only packing asks for the file again.
  assets.shelf.hold(data.digest, { ...small, size: MOST_BUNDLED_BYTES + 1 });
  const large = await bundled({ ...preset, data });
  expect(large.names).not.toContain('huge.jsonl');
  expect(large.textOf('README.md')).toContain('put `huge.jsonl` beside train.py as `huge.jsonl`');

  const source = {
    ...{ hub: 'owner/rows', revision: 'abc1234', config: 'default', split: 'train', rows: null },
    load: { arguments: {}, texts: false },
  };
  const hub = await bundled({ ...preset, data: { ...data, source } });
  expect(hub.textOf('train.py')).toContain(
    'load_dataset("owner/rows", "default", split="train", revision="abc1234")',
  );
  expect(hub.textOf('README.md')).toContain('`load_dataset` fetches `owner/rows` at revision `abc1234`');
});

it('packs a small model that was opened, and names one of the hub with its revision', async () => {
  const own = new Assets(readPublic);
  const files = await own.embeddedFiles(preset);
  const { info } = await own.openModel(
    'mine',
    files.map(({ name, bytes }) => blobSource(name, new Blob([bytes]))),
  );
  const model = { name: 'mine', digest: info.digest };
  const packed = await scriptBundle(own, { ...preset, model });
  const names = packed.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(files.map(({ name }) => `mine/${name}`)));

  const source = { hub: 'owner/small', revision: 'abc1234', file: null };
  const named = await scriptBundle(own, { ...preset, model: { ...model, source } });
  expect(named.some(({ name }) => name.endsWith('.safetensors'))).toBe(false);
  const text = (name: string): string =>
    new TextDecoder().decode(named.find((file) => file.name === name)?.bytes);
  expect(text('train.py')).toContain('MODEL = "owner/small"\nREVISION = "abc1234"');
  expect(text('train.py')).toContain('from_pretrained(MODEL, revision=REVISION)');
  expect(text('README.md')).toContain('(`owner/small`, revision `abc1234`)');
});

it('says which adapter it goes on from and where that belongs', async () => {
  const { textOf } = await bundled({
    ...preset,
    adapter: { name: 'yesterday', digest: '0123456789abcdef' },
    values: withPatch(preset.values, { 'wiring.attach': 'from_pretrained_trainable' }),
  });
  expect(textOf('train.py')).toContain('ADAPTER = "saved-adapter"');
  expect(textOf('README.md')).toContain('put `yesterday` beside train.py as `saved-adapter/`');
});
