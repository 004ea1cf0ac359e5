// A seeded source of numbers for the fuzz: the same seed gives the same inputs on any machine.

export interface Random {
  /** A whole number from 0 to below `below`. */
  int(below: number): number;
  /** True once in `of` times. */
  chance(of: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
}

/** mulberry32, begun from the words of a key. */
export function randomOf(...key: readonly (string | number)[]): Random {
  let state = 0x9e3779b9;
  for (const char of key.join('\0')) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 0x01000193);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    chance: (of) => int(of) === 0,
    pick: (list) => list[int(list.length)] ?? list[0],
  };
}
