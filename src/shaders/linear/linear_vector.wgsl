// y = [x | u] [W | s B]^T (+ residual) for up to 4 rows: one invocation a column, which decodes each weight once for all rows.
// The variant for generation, where a block of the matrix products would be mostly empty. K is a multiple of 4.
struct Params { segments: array<Segment, 4>, n: u32, k: u32, out: u32, ru: u32, count: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [N, OUT]
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn linear_vector(@builtin(global_invocation_id) id: vec3u) {
  let o = id.x + id.y * GRID_WIDTH;
  if (o >= params.out) { return; }
  let j = segment_of(o);
  let s = params.segments[j];
  let k4 = params.k / 4u;
  let first = (o - s.start) * params.k;
  // Rows beyond N repeat the last one and are not written.
  let last = params.n - 1u;
  let r1 = min(1u, last) * k4;
  let r2 = min(2u, last) * k4;
  let r3 = min(3u, last) * k4;
  var sums = vec4f(0.0);
  for (var p = 0u; p < k4; p++) {
    let weights = weights4(j, s.first_block, first + p * 4u);
    if (ONE_ROW == 1u) { sums.x += dot(x[p], weights); continue; }
    sums += vec4f(dot(x[p], weights), dot(x[r1 + p], weights), dot(x[r2 + p], weights), dot(x[r3 + p], weights));
  }
  for (var c = 0u; c < s.rank; c++) {
    let b = s.scale * adapter[s.b_offset + (o - s.start) * s.rank + c];
    let at = s.u_column + c;
    let us = vec4f(u[at], u[min(1u, last) * params.ru + at], u[min(2u, last) * params.ru + at], u[min(3u, last) * params.ru + at]);
    sums += us * b;
  }
  for (var row = 0u; row < params.n; row++) {
    let at = row * params.out + o;
    if (HAS_RESIDUAL == 1u) { y[at] = sums[row] + residual[at]; } else { y[at] = sums[row]; }
  }
}
