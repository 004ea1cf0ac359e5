// Every combination of the wiring knobs against the real libraries: tests/golden/wiring/<stack>.json, whose meaning is in
// tools/golden/README.md. One test a stack; a difference names the combination.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stacks } from '../../libraries/stacks.ts';
import type { Cell, Product } from '../../testing/goldenBench.ts';
import { benchConfig, observed, recipeOf } from '../../testing/goldenBench.ts';
import { examine } from './examine.ts';

function compare(stack: string): { readonly count: number; readonly differences: string[] } {
  const golden: Product = JSON.parse(readFileSync(`tests/golden/wiring/${stack}.json`, 'utf8'));
  const text = (index: Cell): string | null =>
    typeof index === 'number' && index >= 0 ? (golden.texts[index] ?? null) : null;
  const differences: string[] = [];
  for (const row of golden.rows) {
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
    const ours = observed(
      examine(benchConfig, recipeOf(stack, cell), { batch: { rows: 2, tokens: 8 }, allMasked: false }),
    );
    const wrong = Object.keys(expected).filter(
      (key) => JSON.stringify(expected[key]) !== JSON.stringify(ours[key]),
    );
    if (wrong.length > 0) {
      const knobs = row.slice(0, golden.columns.indexOf('outcome')).join(' ');
      differences.push(
        `${knobs}: ${wrong.map((key) => `${key} ${JSON.stringify(ours[key])}, libraries ${JSON.stringify(expected[key])}`).join('; ')}`,
      );
    }
  }
  return { count: golden.rows.length, differences };
}

/** Held by their named cases alone so far (goldenCases.test.ts): their product is still to be run. */
const casesAlone: readonly string[] = ['trl-0.9.6', 'trl-0.11.4', 'trl-0.12.2', 'trl-0.14.0', 'trl-0.15.2'];

describe('wiring as the real libraries', () => {
  it('no product lies unused', () => {
    expect(casesAlone.filter((id) => existsSync(`tests/golden/wiring/${id}.json`))).toEqual([]);
  });
  for (const { id } of stacks.filter((stack) => !casesAlone.includes(stack.id))) {
    it(`${id}: every combination`, () => {
      const { count, differences } = compare(id);
      expect(count).toBeGreaterThan(200);
      expect(differences.slice(0, 10), `${differences.length} of ${count} differ`).toEqual([]);
    });
  }
});
