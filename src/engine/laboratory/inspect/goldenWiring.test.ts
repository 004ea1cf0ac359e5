// Every combination of the wiring knobs against the real libraries: tests/golden/wiring/<stack>.json, whose meaning is in
// tools/golden/README.md. One test a stack; a difference names the combination.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stackOf, stacks } from '../../libraries/stacks.ts';
import type { Cell, Product } from '../../testing/goldenBench.ts';
import { benchConfig, observed, recipeOf } from '../../testing/goldenBench.ts';
import { examine } from './examine.ts';

type Observed = Record<string, unknown>;

/** One in so many rows is recorded again for every stack, where another with the same libraries below TRL has recorded it. */
const SAMPLED = 16;

const recorded = new Map<string, Observed>();

/** What this project says of a combination. TRL has no part in those without SFTTrainer, so stacks that differ in it alone share them. */
function ours(stack: string, knobs: string, at: number, cell: (name: string) => Cell): Observed {
  const record = (): Observed =>
    observed(
      examine(benchConfig, recipeOf(stack, cell), { batch: { rows: 2, tokens: 8 }, allMasked: false }),
    );
  if (cell('trainer') === 'SFTTrainer') return record();
  const { transformers, peft, torch, bitsandbytes } = stackOf(stack);
  const key = [transformers, peft, torch, bitsandbytes, knobs].join(' ');
  const found = (at % SAMPLED === 0 ? undefined : recorded.get(key)) ?? record();
  recorded.set(key, found);
  return found;
}

function compare(stack: string): { readonly count: number; readonly differences: string[] } {
  const golden: Product = JSON.parse(readFileSync(`tests/golden/wiring/${stack}.json`, 'utf8'));
  const text = (index: Cell): string | null =>
    typeof index === 'number' && index >= 0 ? (golden.texts[index] ?? null) : null;
  const differences: string[] = [];
  for (const [at, row] of golden.rows.entries()) {
    const cell = (name: string): Cell => row[golden.columns.indexOf(name)];
    const expected: Record<string, unknown> = {
      outcome: cell('outcome'),
      error: text(cell('error')),
      stage: text(cell('stage')),
      inner: text(cell('inner')),
      warnings: (golden.warningLists[Number(cell('warnings'))] ?? []).map(text),
      trainable: cell('trainable'),
      none: cell('none'),
      zero: cell('zero'),
      nonzero: cell('nonzero'),
      lossRequiresGrad: cell('lossRequiresGrad'),
    };
    const knobs = row.slice(0, golden.columns.indexOf('outcome')).join(' ');
    const found = ours(stack, knobs, at, cell);
    const wrong = Object.keys(expected).filter(
      (key) => JSON.stringify(expected[key]) !== JSON.stringify(found[key]),
    );
    if (wrong.length > 0) {
      differences.push(
        `${knobs}: ${wrong.map((key) => `${key} ${JSON.stringify(found[key])}, libraries ${JSON.stringify(expected[key])}`).join('; ')}`,
      );
    }
  }
  return { count: golden.rows.length, differences };
}

describe('wiring as the real libraries', () => {
  it('holds the combinations whose arguments a version does not know', () => {
    const golden: Product = JSON.parse(readFileSync('tests/golden/wiring/trl-0.7.1.json', 'utf8'));
    const errors = golden.rows.map((row) => golden.texts[Number(row[golden.columns.indexOf('error')])] ?? '');
    const of = (pattern: RegExp) => errors.filter((text) => pattern.test(text)).length;
    expect([
      of(/^TypeError: .* got an unexpected keyword argument/),
      of(/no attribute 'add_adapter'$/),
    ]).toEqual([384, 120]);
  });
  for (const { id } of stacks) {
    it(`${id}: every combination`, () => {
      const { count, differences } = compare(id);
      expect(count).toBeGreaterThan(200);
      expect(differences.slice(0, 10), `${differences.length} of ${count} differ`).toEqual([]);
    });
  }
});
