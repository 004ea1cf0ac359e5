// dx = [dy | du] [W ; A] (+ residual), W decoded inside the tile: a workgroup makes TILE rows by TILE columns of K, each invocation 8 rows
// by 4 neighbouring columns (and 4 more 64 on). STEP rows of W at a time stand in workgroup memory. Packed words run along K, so the 16 bytes or more
// that an invocation fetches belong to one row of W: they are handed round through workgroup memory, where each step finds its own (stage).
// Where the sum is split, workgroup z takes `part` of it into dx [z, N, K]. OUT is a multiple of 4.
@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [N, OUT/4]
@group(0) @binding(1) var<storage, read> w: array<Packed>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<vec4f>; // [N, K/4]
@group(0) @binding(6) var<storage, read_write> dx: array<vec4f>; // [N, K/4], a part of the sum after another
@group(0) @binding(7) var<uniform> params: Params;

// Fetches that one row of a tile takes.
const PIECES = TILE / (4u * HELD_QUADS);

fn columns4(p4: u32, j: u32, tx: u32) -> mat4x4f {
  let at = p4 * 4u * BLOCKS + j;
  return mat4x4f(right[at][tx], right[at + BLOCKS][tx], right[at + 2u * BLOCKS][tx], right[at + 3u * BLOCKS][tx]);
}

fn du4(row: u32, c: u32) -> vec4f {
  let c4 = vec4u(c) + FOUR;
  let at = vec4u(row * params.ru) + min(c4, vec4u(params.ru - 1u));
  return select(vec4f(0.0), vec4f(du[at.x], du[at.y], du[at.z], du[at.w]), c4 < vec4u(params.ru));
}

// Row c of A at four columns; zero beyond the last.
fn a4(c: u32, column: u32) -> vec4f {
  var place = params.segments[0].a_offset + c * params.k;
  for (var i = 1u; i < 4u; i++) {
    let s = params.segments[i];
    place = select(place, s.a_offset + (c - s.u_column) * params.k, (i < params.count) && (c >= s.u_column) && (s.rank > 0u));
  }
  let at = vec4u(select(0u, place + min(column, params.k - 4u), c < params.ru)) + FOUR;
  return select(vec4f(0.0), adapter_at(at), c < params.ru);
}

// What invocation t fetches of the unit of rows from o on.
fn fetch_row(o: u32, column0: u32, t: u32) -> Held {
  let piece = t % PIECES;
  let row = min(o + t / PIECES, params.out - 1u);
  let member = member_of(row);
  let column = column0 + (piece >> 1u) * UNIT;
  let inside = column0 + piece * 4u * HELD_QUADS < params.k;
  let element = (row - member.start) * params.k + select(0u, column, inside);
  return fetch(member.index, member.first_block, element, piece & 1u, inside && o + t / PIECES < params.out);
}

fn put_left(p4: u32, at: u32, of_row: vec4f) { left[p4][at / 8u][at % 8u] = of_row; }
fn put_right(p: u32, column4: u32, of_columns: vec4f) { right[p * BLOCKS + column4 / 16u][column4 % 16u] = of_columns; }

// Vector e of a step's STEP by TILE/4, from what was staged of the unit.
fn put_weights(r: u32, e: u32) {
  let p = e / (TILE / 4u);
  let q = e % (TILE / 4u);
  let piece = q / HELD_QUADS;
  let g = q % HELD_QUADS;
  put_right(p, ((piece >> 1u) * UNIT + quad_at(piece & 1u, g)) / 4u, staged_quad((r * STEP + p) * PIECES + piece, g));
}

// Vector g of what invocation t fetched.
fn put_held(held: Held, t: u32, g: u32) {
  let piece = t % PIECES;
  put_right(t / PIECES, ((piece >> 1u) * UNIT + quad_at(piece & 1u, g)) / 4u, quad(held, g));
}

fn store4(row: u32, column: u32, sum: vec4f, part: u32) {
  if (row >= params.n || column >= params.k) { return; }
  let at = ((part * params.n + row) * params.k + column) / 4u;
  if (params.adds == 1u) { dx[at] = sum + residual[at]; } else { dx[at] = sum; }
}

@compute @workgroup_size(THREADS)
fn linear_backward_tiled(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  let at = t % TILE;
  let p4 = (t / TILE) * QUADS;
  let tx = t % 16u;
  let ty = t / 16u;
  let row = min(group.y * TILE + at, params.n - 1u);
  let dy_row = row * (params.out / 4u) + p4;
  let last4 = (row + 1u) * (params.out / 4u) - 1u;
  let column0 = group.x * TILE;
  let begin = group.z * params.part;
  let end = min(begin + params.part, params.out);
  var sums: Sums;
  prepare(t);
  var held = fetch_row(begin, column0, t);
  var a0 = dy[min(dy_row + begin / 4u, last4)];
  var a1 = dy[min(dy_row + begin / 4u + 1u, last4)];
  for (var unit = begin; unit < end; unit += UNIT) {
    // What is enough for one step alone is each invocation's own share of it.
    if (ROUNDS > 1u) {
      stage(t, held);
      workgroupBarrier();
      held = fetch_row(unit + UNIT, column0, t);
    }
    for (var r = 0u; r < ROUNDS; r++) {
      put_left(p4, at, a0);
      if (QUADS == 2u) { put_left(p4 + 1u, at, a1); }
      if (ROUNDS > 1u) { put_weights(r, t * QUADS); } else { put_held(held, t, 0u); }
      if (QUADS == 2u && ROUNDS > 1u) { put_weights(r, t * 2u + 1u); }
      if (QUADS == 2u && ROUNDS == 1u) { put_held(held, t, 1u); }
      workgroupBarrier();
      if (ROUNDS == 1u) { held = fetch_row(unit + UNIT, column0, t); }
      let next = dy_row + (unit + (r + 1u) * STEP) / 4u;
      a0 = dy[min(next, last4)];
      if (QUADS == 2u) { a1 = dy[min(next + 1u, last4)]; }
      multiply(&sums, ty, tx);
      workgroupBarrier();
    }
  }
  if (end == params.out) {
    // The adapter's rows, as last steps.
    for (var c0 = 0u; c0 < params.ru; c0 += STEP) {
      let p = t * QUADS / (TILE / 4u);
      let column4 = t * QUADS % (TILE / 4u);
      put_left(p4, at, du4(row, c0 + p4 * 4u));
      put_right(p, column4, a4(c0 + p, column0 + column4 * 4u));
      if (QUADS == 2u) {
        put_left(p4 + 1u, at, du4(row, c0 + p4 * 4u + 4u));
        put_right(p, column4 + 1u, a4(c0 + p, column0 + column4 * 4u + 4u));
      }
      workgroupBarrier();
      multiply_rolled(&sums, ty, tx);
      workgroupBarrier();
    }
  }
  store(&sums, group.y * TILE + ty * 8u, column0 + tx * 4u, group.z);
}
