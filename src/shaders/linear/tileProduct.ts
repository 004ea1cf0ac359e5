// Writes the inner product of a tile step with every register named: an invocation's 8 rows by TILE/16 columns, four of the sum at a time.
// Text, for a loop over an array of registers is one only where a compiler unrolls it, and where it doesn't the array is memory.
import type { Snippet } from '../declaration.ts';

export type Tile = 64 | 128;

/** Of the sum in workgroup memory at a time: tiles of either size then take 8 KiB together. */
export const stepOf = (tile: Tile): number => 1024 / tile;

const ROWS = 8;
/** Rows taken side by side, so that sums that do not wait for one another stand next to one another. */
const GROUP = 2;
const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** Four of the sum, the `at`-th of a step; `name` tells its registers from others'. */
function fourOf(blocks: number, at: string, name: string): string[] {
  return [
    ...range(blocks).map((j) => `  let b${name}_${j} = columns4(${at}, ${j}u, tx);`),
    ...range(ROWS / GROUP).flatMap((group) => {
      const rows = range(GROUP).map((i) => group * GROUP + i);
      return [
        ...rows.map((row) => `  let a${name}_${row} = left[${at}][ty][${row}];`),
        ...range(4).flatMap((i) =>
          rows.flatMap((row) =>
            range(blocks).map((j) => {
              const sum = `(*sums)[${row * blocks + j}]`;
              return `  ${sum} = fma(vec4f(a${name}_${row}[${i}]), b${name}_${j}[${i}], ${sum});`;
            }),
          ),
        ),
      ];
    }),
  ];
}

/**
 * `multiply` over `left` and the vectors of columns that a direction's `columns4` gives, `multiply_rolled`, the same in a loop for the
 * few last steps, and `store` by its `store4`. `rolled`: both in a loop, for tests on software adapters, whose compilers take long.
 */
export function tileProduct(tile: Tile, rolled = false): Snippet {
  const blocks = tile / 64;
  const fours = range(stepOf(tile) / 4);
  const lines = rolled
    ? ['  multiply_rolled(sums, ty, tx);']
    : fours.flatMap((p4) => fourOf(blocks, `${p4}`, `${p4}`));
  const stores = range(ROWS).flatMap((row) =>
    range(blocks).map(
      (j) => `  store4(row + ${row}u, column + ${64 * j}u, (*sums)[${row * blocks + j}], part);`,
    ),
  );
  const source = `
alias Sums = array<vec4f, ${ROWS * blocks}>;
fn multiply(sums: ptr<function, Sums>, ty: u32, tx: u32) {
${lines.join('\n')}
}
fn multiply_rolled(sums: ptr<function, Sums>, ty: u32, tx: u32) {
  for (var p4 = 0u; p4 < params.fours; p4++) {
${fourOf(blocks, 'p4', '').join('\n')}
  }
}
fn store(sums: ptr<function, Sums>, row: u32, column: u32, part: u32) {
${stores.join('\n')}
}`;
  return { key: `${tile}${rolled ? '-rolled' : ''}`, source };
}
