// The cells of the table: a fault at a moment. All of them, those with some words, or a few that a seed draws.
import type { Fault, Moment } from './list.ts';
import { faults, moments } from './list.ts';

export interface Cell {
  readonly fault: Fault;
  readonly moment: Moment;
  readonly name: string;
}

/** xorshift, so that a seed draws the same cells anywhere. */
function shuffled<T>(all: readonly T[], seed: number): T[] {
  let state = (seed * 2654435761 + 1) >>> 0;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
  return all
    .map((item) => ({ item, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

export function cellsOf(only: string | undefined, short: string | undefined, seed: string): readonly Cell[] {
  const all = moments.flatMap((moment) =>
    faults.map((fault): Cell => ({ fault, moment, name: `${fault.kind}: ${fault.name}, ${moment}` })),
  );
  const words = only?.split(';').map((word) => word.trim().toLowerCase());
  const chosen = words
    ? all.filter(({ name }) => words.some((word) => name.toLowerCase().includes(word)))
    : all;
  return short === undefined ? chosen : shuffled(chosen, Number(seed)).slice(0, Number(short));
}
