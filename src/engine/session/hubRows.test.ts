// Rows of a hub in a recipe: a file by its digest, with where it can be had; the same digest wherever they are fetched; a link and a script that name the
// data set, its configuration, split, revision and rows.
import { expect, it } from 'vitest';
import { blobSource } from '../ground/formats/byteSource.ts';
import { rowsSection, scriptRows } from '../python/write/rowsSection.ts';
import { formatLink, parseLink } from '../recipe/link.ts';
import { defaultValues } from '../recipe/recipe.ts';
import type { DataSource } from '../recipe/rows/dataSource.ts';
import { RowShelf } from './rowShelf.ts';

const source: DataSource = {
  hub: 'tests/rows',
  revision: '0123456789abcdef0123456789abcdef01234567',
  config: 'main',
  split: 'train',
  rows: 2,
  load: { arguments: { sep: ';', keep_default_na: false }, texts: true },
};
const lines = '{"question":"Who?","answer":"Me."}\n{"question":"Where?","answer":"Here."}\n';
const presets = [{ id: 'one', values: defaultValues }];

const opened = async () => {
  const shelf = new RowShelf(() => Promise.resolve());
  const { data } = await shelf.open(blobSource('tests/rows main', new Blob([lines])), 'json', source);
  return { data, table: await shelf.table(data) };
};

it('are a file with its source, however small, and the same file anywhere', async () => {
  const [here, there] = [await opened(), await opened()];
  expect(here.data).toEqual(there.data);
  expect(here.data).toMatchObject({
    digest: expect.stringMatching(/^[0-9a-f]{16}$/),
    source,
    format: 'json',
  });
  expect(here.table.rows).toHaveLength(2);
});

it('are named by the link, without being in it', async () => {
  const { data } = await opened();
  const recipe = { preset: 'one', values: defaultValues, data };
  const link = await formatLink(recipe, presets, { includeData: false, fingerprint: null });
  const { recipe: read, notes } = await parseLink(`#${link}`, presets);
  expect(notes).toEqual([]);
  expect(read.data).toEqual(data);
});

it('are loaded by the script as datasets loads them from the hub', async () => {
  const { data, table } = await opened();
  const [line] = rowsSection(scriptRows({ table, use: data })).lines;
  const call = line?.replaceAll(/\s+/g, ' ');
  expect(call).toContain('load_dataset( "tests/rows", "main", split="train[:2]",');
  for (const part of [
    `revision="${source.revision}"`,
    'sep=";"',
    'keep_default_na=False',
    'features=Features(',
  ])
    expect(call).toContain(part);
});
