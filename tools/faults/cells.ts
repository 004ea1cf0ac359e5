// The cells of the table: a fault at a moment. All of them, those with some words, or a few that a seed draws.
import { randomOf } from '../fuzz/random.ts';
import type { BrowserName, Fault, Moment } from './list.ts';
import { faultsIn, moments } from './list.ts';

export interface Cell {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly name: string;
}

export const nameOf = (fault: Fault, moment: Moment): string => `${fault.kind}: ${fault.name}, ${moment}`;

/** The same seed draws the same cells anywhere. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  const random = randomOf(seed);
  return all
    .map((item) => ({ item, at: random.int(2 ** 32) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/** None: no cell has these words. */
export function cellsOf(
  only: string | undefined,
  short: number,
  seed: number,
  browser: BrowserName = 'Chromium',
): readonly Cell[] {
  const all = moments.flatMap((moment) =>
    faultsIn(browser).map((fault): Cell => ({ fault, moment, name: nameOf(fault, moment) })),
  );
  const words = only?.split(';').map((word) => word.trim().toLowerCase());
  const chosen = words
    ? all.filter(({ name }) => words.some((word) => word !== '' && name.toLowerCase().includes(word)))
    : all;
  return short < chosen.length ? shuffled(chosen, seed).slice(0, short) : chosen;
}
