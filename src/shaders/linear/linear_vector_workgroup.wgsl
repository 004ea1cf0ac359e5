// y = [x | u] [W | s B]^T (+ residual) for up to 4 or 8 rows: LANES invocations a column, each of which fetches 16 bytes or more of its packed
// words at once and decodes them once for all rows; their sums are added up through workgroup memory. For adapters with many
// lanes, with or without subgroups.
struct Params { segments: array<Segment, 4>, n: u32, k: u32, out: u32, ru: u32, count: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> w: array<Packed>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [N, OUT]
@group(0) @binding(7) var<uniform> params: Params;

const COLUMNS = 64u / LANES;
const LAST_FOUR = VECTORS - 1u;

var<workgroup> partial: array<array<vec4f, 64>, VECTORS>;

@compute @workgroup_size(64)
fn linear_vector_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) t: u32) {
  prepare(t);
  workgroupBarrier();
  let lane = t % LANES;
  let o = (group.x + group.y * 32768u) * COLUMNS + t / LANES;
  let column = min(o, params.out - 1u);
  let j = segment_of(column);
  let s = params.segments[j];
  let first = (column - s.start) * params.k;
  // Rows beyond N repeat the last one and are not written.
  let low = min(vec4u(0u, 1u, 2u, 3u), vec4u(params.n - 1u));
  let high = min(vec4u(4u, 5u, 6u, 7u), vec4u(params.n - 1u));
  let r = low * (params.k / 4u);
  let q = high * (params.k / 4u);
  var sums = vec4f(0.0);
  var more = vec4f(0.0);
  for (var p = lane; p < params.k / PIECE; p += LANES) {
    // Two neighbouring pieces hold a unit's weights between them.
    let half = p & 1u;
    let element = (p >> 1u) * 2u * PIECE;
    let held = fetch(j, s.first_block, first + element, half, true);
    for (var g = 0u; g < HELD_QUADS; g++) {
      let w4 = quad(held, g);
      let at = (element + quad_at(half, g)) / 4u;
      if (ONE_ROW == 1u) { sums.x += dot(x[at], w4); continue; }
      sums += vec4f(dot(x[r.x + at], w4), dot(x[r.y + at], w4), dot(x[r.z + at], w4), dot(x[r.w + at], w4));
      if (VECTORS == 2u) { more += vec4f(dot(x[q.x + at], w4), dot(x[q.y + at], w4), dot(x[q.z + at], w4), dot(x[q.w + at], w4)); }
    }
  }
  for (var c = lane; c < s.rank; c += LANES) {
    let b = s.scale * adapter[s.b_offset + (column - s.start) * s.rank + c];
    let at = low * params.ru + s.u_column + c;
    sums += b * vec4f(u[at.x], u[at.y], u[at.z], u[at.w]);
    if (VECTORS == 2u) {
      let to = high * params.ru + s.u_column + c;
      more += b * vec4f(u[to.x], u[to.y], u[to.z], u[to.w]);
    }
  }
  partial[0][t] = sums;
  if (VECTORS == 2u) { partial[LAST_FOUR][t] = more; }
  workgroupBarrier();
  // Eight of them add up an eighth each, and one invocation a row those.
  if (lane < 8u) {
    for (var i = 8u; i < LANES; i += 8u) {
      partial[0][t] += partial[0][t + i];
      if (VECTORS == 2u) { partial[LAST_FOUR][t] += partial[LAST_FOUR][t + i]; }
    }
  }
  workgroupBarrier();
  if (o >= params.out || lane >= params.n) { return; }
  var sum = 0.0;
  for (var i = 0u; i < 8u; i++) { sum += partial[lane / 4u][t - lane + i][lane % 4u]; }
  let at = lane * params.out + column;
  if (HAS_RESIDUAL == 1u) { y[at] = sum + residual[at]; } else { y[at] = sum; }
}
