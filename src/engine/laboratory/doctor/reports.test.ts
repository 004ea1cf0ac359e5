// Public reports that name a configuration (tests/golden/reports.json): the doctor's first cause is the recorded one.
// docs/reports.md is the same list for people.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { RowFacts } from '../../data/rowFacts.ts';
import { parseLink } from '../../recipe/link.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { changedKeys, defaultValues, withPatch } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { examine } from '../inspect/examine.ts';
import type { Patient } from './diagnose.ts';
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
  /** The report's model shares the weights of embedding and head. */
  readonly tied?: boolean;
  /** What the report quotes: `Type: message`. */
  readonly raises?: string;
  /** Why ours says something else. */
  readonly raisesElse?: string;
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

/** A recipe's values are what the report's script says; everything else is premise and stands in the list. */
function patientOf({ patch, rows: own, tied = false }: Report): Patient {
  const facts = { ...rows, ...own };
  return {
    config: { ...benchConfig, tied },
    values: withPatch(defaultValues, patch ?? {}),
    options: { batch: { rows: 2, tokens: 8 }, allMasked: facts.allMasked },
    rows: facts,
  };
}

function firstCause(report: Report): string | undefined {
  const { losses } = report;
  const { values } = patientOf(report);
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
  return diagnose(patientOf(report), 1)[0]?.id;
}

/** Rows of the table in docs/reports.md by address. */
function documented(): ReadonlyMap<string, readonly string[]> {
  const lines = readFileSync('docs/reports.md', 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const url = /\]\((https:[^)]+)\)/.exec(line)?.[1];
      return url ? [[url, line.split('|').map((cell) => cell.trim())] as const] : [];
    }),
  );
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

  it.each(reports.filter(({ raises }) => raises !== undefined))('$report raises what it quotes', (report) => {
    const { config, values, options } = patientOf(report);
    const { error } = examine(config, values, options).outcome;
    const said = error ? `${error.type}: ${error.message}` : null;
    if (report.raisesElse === undefined) expect(said).toBe(report.raises);
    else expect(said).not.toBe(report.raises);
  });

  it('stand in docs/reports.md, each with its cause and recipe', async () => {
    const table = documented();
    for (const report of reports) {
      const [, , recipe, recorded, says] = table.get(report.url) ?? [];
      if (report.cause === null) {
        expect(says, report.url).toMatch(/^not told/);
        continue;
      }
      expect([recorded, says], report.url).toEqual([report.cause, report.cause]);
      const link = /`#([^`]+)`/.exec(recipe ?? '')?.[1];
      if (link === undefined) continue;
      const { recipe: opened } = await parseLink(`#${link}`, []);
      expect(changedKeys(opened.values, patientOf(report).values), report.url).toEqual([]);
    }
  });
});
