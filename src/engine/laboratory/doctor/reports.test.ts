// Public reports that name a configuration (tests/golden/reports.json): the doctor's first cause is the recorded one.
// docs/reports.md is the same list for people.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RowFacts } from '../../data/rowFacts.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { diagnose } from './diagnose.ts';
import { diagnoseRun } from './diagnoseRun.ts';

interface Report {
  readonly report: string;
  readonly url: string;
  /** Id of the doctor's entry; null where no recipe can say the report. */
  readonly cause: string | null;
  readonly patch?: RecipePatch;
  readonly why?: string;
  readonly rows?: Partial<RowFacts>;
  readonly losses?: readonly (number | 'NaN')[];
}

const reports: readonly Report[] = JSON.parse(readFileSync('tests/golden/reports.json', 'utf8'));
const rows: RowFacts = {
  allMasked: false,
  rows: 40,
  maskedRows: 0,
  truncatedRows: 0,
  longestTokens: 60,
  packing: false,
  rowsEndingWithEos: 40,
  steps: 60,
};

function firstCause({ patch, rows: own, losses }: Report): string | undefined {
  const values = withPatch(defaultValues, patch ?? {});
  if (losses) {
    const steps = losses.map((loss, i) => ({
      step: i + 1,
      loss: Number(loss),
      gradNorm: Number(loss),
      learningRate: 2e-3,
      meanTokenAccuracy: 0.4,
    }));
    return diagnoseRun(values, steps)?.id;
  }
  const facts = { ...rows, ...own };
  const tied = values['lora.modules_to_save'] !== '[]' && values['train.fp16'] === false;
  return diagnose(
    {
      config: { ...benchConfig, tied },
      values,
      options: { batch: { rows: 2, tokens: 8 }, allMasked: facts.allMasked },
      rows: facts,
    },
    1,
  )[0]?.id;
}

describe('public reports', () => {
  it('are 45, of which at least 42 are explained', () => {
    expect(reports).toHaveLength(45);
    expect(reports.filter((report) => report.cause !== null).length).toBeGreaterThanOrEqual(42);
    for (const report of reports) expect(report.cause === null ? report.why : report.patch).toBeTruthy();
  });

  for (const report of reports.filter((one) => one.cause !== null)) {
    it(`${report.report}: ${report.url}`, () => {
      expect(firstCause(report)).toBe(report.cause);
    });
  }

  it('stand in docs/reports.md', () => {
    const document = readFileSync('docs/reports.md', 'utf8');
    for (const report of reports) expect(document).toContain(report.url);
  });
});
