// How many workgroups a flat range of invocations needs, folded into two dimensions where one holds too few.
// GRID_WIDTH in WGSL is the number of invocations of one row of the folded grid.

const MAX_PER_DIMENSION = 32768;
const WORKGROUP = 64;

/** Constant of every kernel that uses `flatGrid`. */
export const gridConstants = { GRID_WIDTH: MAX_PER_DIMENSION * WORKGROUP } as const;

/** Workgroups of 64 invocations that cover `count` of them. */
export function flatGrid(count: number): readonly [number, number, number] {
  const groups = Math.ceil(count / WORKGROUP);
  if (groups <= MAX_PER_DIMENSION) return [groups, 1, 1];
  return [MAX_PER_DIMENSION, Math.ceil(groups / MAX_PER_DIMENSION), 1];
}
