// What the first repairs of the handed scripts come to under the real libraries (fixes.sh): every script has its row, made of the text as it is,
// and as many as are told end in a training.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

interface Row {
  readonly script: string;
  readonly after: string | null;
  readonly sha256: string;
  readonly outcome: string | null;
}

const rows: readonly Row[] = JSON.parse(readFileSync('tests/golden/handed-fixes.json', 'utf8'));
const scripts = readdirSync('tests/scripts/handed').filter(
  (name) => name.endsWith('.py') && !name.endsWith('.given.py'),
);

it('every handed script has a row of its own text', () => {
  expect(rows.map(({ script }) => script)).toEqual(scripts.sort());
  for (const { script, sha256 } of rows) {
    const text = readFileSync(`tests/scripts/handed/${script}`);
    expect(createHash('sha256').update(text).digest('hex').slice(0, 16), script).toBe(sha256);
  }
});

it('a repair that the laboratory says trains does so wherever it can be run', () => {
  const ran = rows.filter(({ outcome }) => outcome !== null && outcome !== 'not run');
  expect(ran.filter(({ after, outcome }) => after === 'trains' && outcome !== 'trains')).toEqual([]);
  expect(rows.filter(({ outcome }) => outcome === 'trains').length).toBeGreaterThanOrEqual(21);
});
