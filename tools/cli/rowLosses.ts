// Rows with the highest and the lowest loss behind a run of the command line, as lines for people and objects for programs.

import type { RowPart, ScoredRow } from '../../src/engine/session/rowScores.ts';
import type { TrainingRun } from '../../src/engine/session/run.ts';

export interface RowLosses {
  readonly part: RowPart;
  /** Highest loss first, and lowest first; no row stands in both. */
  readonly worst: readonly ScoredRow[];
  readonly best: readonly ScoredRow[];
}

/** The eval split's, or those that are trained where there is none. `most`: of each kind. */
export async function rowLossesOf(
  { rows }: Pick<TrainingRun, 'rows'>,
  most: number,
  breathe: () => Promise<void>,
): Promise<RowLosses> {
  const part: RowPart = rows.count('eval') > 0 ? 'eval' : 'train';
  const scored: ScoredRow[] = [];
  for (let place = 0; place < rows.count(part); place++) {
    const row = await rows.score(part, place, false);
    if (row) scored.push(row);
    await breathe();
  }
  const falling = scored.sort((a, b) => b.loss - a.loss);
  const worst = falling.slice(0, most);
  return { part, worst, best: falling.slice(worst.length).reverse().slice(0, most) };
}

export const rowObject = ({ place, text, labels, loss, base }: ScoredRow) => ({
  row: place + 1,
  loss,
  base_loss: base,
  change: loss - base,
  tokens: labels,
  text,
});

const signed = (value: number): string => `${value < 0 ? '' : '+'}${value.toFixed(4)}`;

const lineOf = ({ place, text, labels, loss, base }: ScoredRow): string =>
  `  ${String(place + 1).padStart(5)}  ${loss.toFixed(4)}  ${base.toFixed(4)}  ${signed(loss - base).padStart(8)}  ${String(labels).padStart(6)}  ${text.replaceAll('\n', ' ')}`;

const head = '    row  loss    base    change    tokens  text';

export function rowLines({ part, worst, best }: RowLosses): readonly string[] {
  const of = part === 'eval' ? 'of the eval split' : 'that it trained on';
  return [
    '',
    `Rows ${of} with the highest loss (nats a token):`,
    head,
    ...worst.map(lineOf),
    ...(best.length === 0 ? [] : ['with the lowest:', head, ...best.map(lineOf)]),
  ];
}
