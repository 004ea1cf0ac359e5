// Writes the text of the wide product: matmul.wgsl with blocks of 32 rows by 16 columns, for adapters that interpret, where an operation
// costs more than the place of its operands and a read more than what is multiplied by it. Sums stand in variables of their own, for such
// adapters keep indexed arrays in memory. The order of every sum is matmul.wgsl's.
import source from './matmul.wgsl?raw';

/** Rows and vectors of four columns of a block; vectors stand a workgroup's width apart. */
interface Block {
  readonly rows: number;
  readonly vectors: number;
}
const LANES = 4;
const wide: Block = { rows: 32, vectors: 4 };

const range = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const lines = (indent: string, made: readonly string[]): string =>
  made.map((line) => `${indent}${line}`).join('\n');

/** Bindings, parameters and the places of rows, as matmul.wgsl has them. */
const shared = source.slice(source.indexOf('struct Params'), source.indexOf('@compute'));

/** Workgroups over y [N, M]. */
export const blockWorkgroups =
  ({ rows, vectors }: Block) =>
  ({ n, m }: { readonly n: number; readonly m: number }) =>
    [Math.ceil(m / (4 * vectors * LANES)), Math.ceil(n / rows), 1] as const;

/** The text for a block; the wide one takes an adapter of many lanes long to compile, so tests make a small one. */
export function blockSource(block: Block): string {
  const rows = range(block.rows);
  const vectors = range(block.vectors);
  /** Every sum of a row, after one more product. */
  const grown = (row: number): string => vectors.map((v) => `s${row}_${v} += w${v} * x${row};`).join(' ');
  return `${shared}@compute @workgroup_size(${LANES})
fn matmul_wide(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m4 = params.m / 4u;
  let k4 = params.k / 4u;
  let row0 = group.y * ${block.rows}u;
  let column = group.x * ${block.vectors * LANES}u + local.x;
${lines('  ', [
  ...vectors.map((v) => `let d${v} = min(column + ${v * LANES}u, m4 - 1u);`),
  ...rows.map((r) => `let a${r} = a_row(row0 + ${r}u);`),
  ...rows.map((r) => vectors.map((v) => `var s${r}_${v} = vec4f(0.0);`).join(' ')),
])}
  for (var p = 0u; p < k4; p++) {
    let at = p * 4u * m4;
${lines('    ', [
  ...vectors.map(
    (v) =>
      `let w${v} = mat4x4f(b4(at + d${v}), b4(at + m4 + d${v}), b4(at + 2u * m4 + d${v}), b4(at + 3u * m4 + d${v}));`,
  ),
  ...rows.map((r) => `let x${r} = a[a${r} + p]; ${grown(r)}`),
])}
  }
  for (var p = 0u; p < params.ru; p++) {
    let at = (params.k + p) * m4;
${lines('    ', [
  ...vectors.map((v) => `let w${v} = b4(at + d${v});`),
  ...rows.map((r) => `let x${r} = u[u_row(row0 + ${r}u) + p]; ${grown(r)}`),
])}
  }
${lines(
  '  ',
  rows.map((r) => vectors.map((v) => `store(row0 + ${r}u, column + ${v * LANES}u, s${r}_${v});`).join(' ')),
)}
}
`;
}

export const wideSource = blockSource(wide);
export const wideWorkgroups = blockWorkgroups(wide);
