// A number with its noun, and that no English text of engine or command line writes one without asking how many there are.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { counted } from './counted.ts';

it('has the singular for one alone', () => {
  expect([0, 1, 2].map((count) => counted(count, 'row'))).toEqual(['0 rows', '1 row', '2 rows']);
  expect(counted(1, 'row is', 'rows are')).toBe('1 row is');
  expect(counted(3, 'row is', 'rows are')).toBe('3 rows are');
});

const nouns =
  'steps|rows|tensors|lines|files|gradients|layers|seconds|columns|runs|modules|positions|kernels|sequences';
/** A number that is written before a noun in the plural; constants have capitals, ratios their decimals. */
const plain = new RegExp(`\\$\\{(?!counted)[a-z][^}]*\\} (?:${nouns})\\b`);

/** What can't be one: the whole file, a window of some steps, rates. Reasons stand where they are. */
const neverOne = /steps\.length\} steps|\$\{total\} rows; training|config\.vocabSize\} rows/;

it.each(['src/engine', 'tools/cli'])('is used for every number of things in %s', (root) => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.endsWith('.test.ts') && !name.includes('testing/'),
  );
  const found = files.flatMap((name) =>
    readFileSync(`${root}/${name}`, 'utf8')
      .split('\n')
      .filter((line) => plain.test(line) && !neverOne.test(line))
      .map((line) => `${name}: ${line.trim()}`),
  );
  expect(files.length).toBeGreaterThan(20);
  expect(found).toEqual([]);
});
