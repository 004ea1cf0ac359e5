// y = [x | u] [W | s B]^T (+ residual), W decoded inside the tile: a workgroup makes TILE rows by TILE columns, each invocation 8 rows by
// TILE/16 columns that lie 16 apart. STEP of the sum at a time stand in workgroup memory, four of p to a vector on both sides. An
// invocation holds 16 bytes or more of packed words of one column, enough for ROUNDS steps, and loads the next ones meanwhile; which of p
// a step takes follows from how the words lie (quad_at). Where the sum is split, workgroup z takes `part` of it into y [z, N, OUT].
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> w: array<Packed>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [N, OUT], a part of the sum after another
@group(0) @binding(7) var<uniform> params: Params;

// Four columns of vectors over p, as four vectors over columns.
fn columns4(p4: u32, j: u32, tx: u32) -> mat4x4f {
  let at = (p4 * BLOCKS + j) * 4u;
  return transpose(mat4x4f(right[at][tx], right[at + 1u][tx], right[at + 2u][tx], right[at + 3u][tx]));
}

// Four columns of u from c on, and of s B of a member's column o; zero where there are none.
fn u4(row: u32, c: u32) -> vec4f {
  let c4 = vec4u(c) + FOUR;
  let at = vec4u(row * params.ru) + min(c4, vec4u(params.ru - 1u));
  return select(vec4f(0.0), vec4f(u[at.x], u[at.y], u[at.z], u[at.w]), c4 < vec4u(params.ru));
}

fn b4(s: Segment, o: u32, c: u32) -> vec4f {
  let own = vec4u(c) + FOUR - vec4u(s.u_column);
  let known = own < vec4u(s.rank);
  let at = vec4u(s.b_offset + (o - s.start) * s.rank) + select(vec4u(0u), own, known);
  return select(vec4f(0.0), s.scale * adapter_at(at), known);
}

// Four of the sum from p4 on, of a row and of a column of the tile.
fn put(p4: u32, at: u32, of_row: vec4f, of_column: vec4f) {
  left[p4][at / 8u][at % 8u] = of_row;
  right[p4 * 4u * BLOCKS + at / 16u][at % 16u] = of_column;
}

fn store4(row: u32, column: u32, sum: vec4f, part: u32) {
  if (row >= params.n) { return; }
  let place = (part * params.n + row) * params.out + column;
  for (var i = 0u; i < 4u; i++) {
    if (column + i * 16u >= params.out) { return; }
    let at = place + i * 16u;
    if (params.adds == 1u) { y[at] = sum[i] + residual[at]; } else { y[at] = sum[i]; }
  }
}

@compute @workgroup_size(THREADS)
fn linear_tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = t % TILE;
  let half = t / TILE;
  let tx = t % 16u;
  let ty = t / 16u;
  // Rows and columns beyond the last repeat it and are not written.
  let row = min(group.y * TILE + at, params.n - 1u);
  let x_row = row * (params.k / 4u);
  let last4 = params.k / 4u - 1u;
  let o = min(group.x * TILE + at, params.out - 1u);
  let member = member_of(o);
  let first = (o - member.start) * params.k;
  let begin = group.z * params.part;
  let end = min(begin + params.part, params.k);
  let p4 = half * QUADS;
  var sums: Sums;
  prepare(t);
  var held = fetch(member.index, member.first_block, first + begin, half, begin + half * 4u * HELD_QUADS < params.k);
  var a0 = x[x_row + min((begin + quad_at(half, 0u)) / 4u, last4)];
  var a1 = a0;
  if (QUADS == 2u) { a1 = x[x_row + min((begin + quad_at(half, 1u)) / 4u, last4)]; }
  workgroupBarrier();
  for (var unit = begin; unit < end; unit += UNIT) {
    let next = unit + UNIT;
    let ahead = fetch(member.index, member.first_block, first + next, half, next + half * 4u * HELD_QUADS < params.k);
    for (var r = 0u; r < ROUNDS; r++) {
      put(p4, at, a0, quad(held, r * QUADS));
      if (QUADS == 2u) { put(p4 + 1u, at, a1, quad(held, r * 2u + 1u)); }
      workgroupBarrier();
      let base = select(next, unit, r + 1u < ROUNDS);
      let g = ((r + 1u) % ROUNDS) * QUADS;
      a0 = x[x_row + min((base + quad_at(half, g)) / 4u, last4)];
      if (QUADS == 2u) { a1 = x[x_row + min((base + quad_at(half, g + 1u)) / 4u, last4)]; }
      multiply(&sums, ty, tx);
      workgroupBarrier();
    }
    held = ahead;
  }
  if (end == params.k) {
    // The adapter's columns of u, as last steps.
    let s = params.segments[member.index];
    for (var c0 = 0u; c0 < params.ru; c0 += STEP) {
      let c = c0 + p4 * 4u;
      put(p4, at, u4(row, c), b4(s, o, c));
      if (QUADS == 2u) { put(p4 + 1u, at, u4(row, c + 4u), b4(s, o, c + 4u)); }
      workgroupBarrier();
      multiply_rolled(&sums, ty, tx);
      workgroupBarrier();
    }
  }
  store(&sums, group.y * TILE + ty * 8u, group.x * TILE + tx, group.z);
}
