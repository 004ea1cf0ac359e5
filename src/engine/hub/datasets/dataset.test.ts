// Rows of a data set from a hub of this machine, over the real code: what is told before they come, the same rows as the files hold, of Parquet the parts
// that are wanted and no others, and refusals by name.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { UserError } from '../../ground/errors.ts';
import { serving, testNet } from '../../ground/fetching/testing/hostileServer.ts';
import type { HubServer } from '../testing/hubServer.ts';
import { COMMIT, hubServer } from '../testing/hubServer.ts';
import { fetchRows, lookAtDataset } from './dataset.ts';

const golden: {
  readonly files: Readonly<
    Record<string, { readonly file: string; readonly builder: string; readonly rows?: readonly object[] }>
  >;
} = JSON.parse(readFileSync('tests/golden/data-files.json', 'utf8'));
const parquet = Object.values(golden.files).find(
  ({ builder, rows: all }) => builder === 'parquet' && (all?.length ?? 0) > 1,
);
const parquetBytes = new Uint8Array(Buffer.from(parquet?.file ?? '', 'base64'));
const parquetRows = parquet?.rows ?? [];

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const readme =
  '---\nlicense: mit\nconfigs:\n- config_name: main\n  data_files:\n  - split: train\n    path: main/*.jsonl\n- config_name: cells\n  data_files:\n  - split: test\n    path: test.csv\n---\n# Rows\n';
const rows = Array.from({ length: 5 }, (_, i) => ({ question: `q${i}`, answer: `a${i}` }));
const lines = (some: readonly object[]): string => some.map((row) => `${JSON.stringify(row)}\n`).join('');

let server: HubServer;
beforeAll(async () => {
  server = await hubServer();
  server.serve(
    {
      id: 'datasets/tests/rows',
      licence: 'mit',
      files: new Map([
        ['README.md', bytes(readme)],
        ['main/a.jsonl', bytes(lines(rows.slice(0, 3)))],
        ['main/b.jsonl', bytes(lines(rows.slice(3)))],
        ['test.csv', bytes('question;answer\nNA;007\n')],
      ]),
    },
    {
      id: 'datasets/tests/parquet',
      files: new Map([['data/train-00000-of-00001.parquet', parquetBytes]]),
    },
    { id: 'datasets/tests/script', files: new Map([['script.py', bytes('x')]]) },
  );
});
afterAll(() => server.close());
beforeEach(() => server.forget());

const settings = () => ({ address: server.address, token: null });
const look = (id: string) => lookAtDataset(testNet(), settings(), { id, revision: null });
const fetched = async (hub: string, config: string, split: string, most: number | null) => {
  const wanted = { hub, revision: COMMIT, config, split, rows: most };
  const { file, ...rest } = await fetchRows(testNet(), settings(), wanted);
  return { ...rest, text: await file.text() };
};

it('tells configurations, splits and bytes, and asks for no row', async () => {
  const view = await look('tests/rows');
  expect(view).toMatchObject({ id: 'tests/rows', revision: COMMIT, licence: 'mit', gated: false });
  const jsonl = { split: 'train', files: 2, bytes: lines(rows).length, inParts: false };
  expect(view.configs).toEqual([
    { name: 'main', splits: [jsonl] },
    { name: 'cells', splits: [{ split: 'test', files: 1, bytes: 23, inParts: false }] },
  ]);
  expect(server.asked.some(({ path }) => /jsonl|csv/.test(path))).toBe(false);
});

it('gives the rows of all files of a split, or the first of them', async () => {
  const all = await fetched('tests/rows', 'main', 'train', null);
  expect(all.text).toBe(lines(rows));
  expect(all.source).toEqual({
    hub: 'tests/rows',
    revision: COMMIT,
    config: 'main',
    split: 'train',
    rows: null,
    load: { arguments: {}, texts: false },
  });
  const some = await fetched('tests/rows', 'main', 'train', 2);
  expect([some.name, some.text]).toEqual(['tests/rows main train[:2]', lines(rows.slice(0, 2))]);
});

it('says what load_dataset has to be told to read a CSV file as it is read here', async () => {
  const { text, source } = await fetched('tests/rows', 'cells', 'test', null);
  expect(text).toBe(lines([{ question: 'NA', answer: '007' }]));
  expect(source.load).toEqual({ arguments: { sep: ';', keep_default_na: false }, texts: true });
});

it('reads Parquet in ranges, as many rows as are wanted', async () => {
  expect(parquetRows.length).toBeGreaterThan(1);
  const all = await fetched('tests/parquet', 'default', 'train', null);
  expect(all.text.trim().split('\n')).toHaveLength(parquetRows.length);
  server.forget();
  const one = await fetched('tests/parquet', 'default', 'train', 1);
  expect(one.text).toBe(`${all.text.split('\n')[0]}\n`);
  const asked = server.asked.filter(({ server: which }) => which === 'cdn');
  expect(asked.length).toBeGreaterThan(0);
  expect(asked.every(({ headers }) => headers.range !== undefined)).toBe(true);
});

it('refuses what is no data, a split that is not there, and bytes that are not the hub’s', async () => {
  const refusal = async (promise: Promise<unknown>): Promise<UserError> => {
    const error = await promise.catch((thrown: unknown) => thrown);
    return error instanceof UserError ? error : expect.fail(String(error));
  };
  const script = await refusal(look('tests/script'));
  expect([script.code, script.message]).toEqual(['hub-rows', expect.stringContaining('Python script')]);
  const split = await refusal(fetched('tests/rows', 'main', 'dev', null));
  expect([split.code, split.message]).toEqual([
    'hub-split',
    expect.stringContaining('main/train, cells/test'),
  ]);
  expect((await refusal(look('tests/none'))).code).toBe('hub-none');
  const spoilt = serving({ bytes: bytes(lines(rows.slice(0, 3)).replace('q0', 'q9')) });
  server.answers('hub', 'main/a.jsonl', spoilt, spoilt);
  expect((await refusal(fetched('tests/rows', 'main', 'train', null))).code).toMatch(/^fetch-/);
});
