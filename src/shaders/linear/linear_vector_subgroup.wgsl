// y = [x | u] [W | s B]^T (+ residual) for up to 4 rows: a workgroup a column, whose invocations read neighbouring words of its
// weights and add up through subgroups, whatever their size. For adapters where one invocation a column reads too scattered.
struct Params { segments: array<Segment, 4>, n: u32, k: u32, out: u32, ru: u32, count: u32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> w: array<u32>;
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<storage, read> adapter: array<f32>;
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(6) var<storage, read_write> y: array<f32>; // [N, OUT]
@group(0) @binding(7) var<uniform> params: Params;

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn linear_vector_subgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_size) width: u32, @builtin(subgroup_invocation_id) within: u32) {
  let o = group.x + group.y * 32768u;
  let known = o < params.out;
  let column = min(o, params.out - 1u);
  let j = segment_of(column);
  let s = params.segments[j];
  let k4 = params.k / 4u;
  let first = (column - s.start) * params.k;
  // Rows beyond N repeat the last one and are not written.
  let last = params.n - 1u;
  let r1 = min(1u, last) * k4;
  let r2 = min(2u, last) * k4;
  let r3 = min(3u, last) * k4;
  var sums = vec4f(0.0);
  for (var p = lane; p < k4; p += 64u) {
    let weights = weights4(j, s.first_block, first + p * 4u);
    if (ONE_ROW == 1u) { sums.x += dot(x[p], weights); continue; }
    sums += vec4f(dot(x[p], weights), dot(x[r1 + p], weights), dot(x[r2 + p], weights), dot(x[r3 + p], weights));
  }
  for (var c = lane; c < s.rank; c += 64u) {
    let b = s.scale * adapter[s.b_offset + (column - s.start) * s.rank + c];
    let at = s.u_column + c;
    sums += b * vec4f(u[at], u[min(1u, last) * params.ru + at], u[min(2u, last) * params.ru + at], u[min(3u, last) * params.ru + at]);
  }
  let added = subgroupAdd(sums);
  if (within == 0u) { partial[lane / width] = added; }
  workgroupBarrier();
  if (lane > 0u || !known) { return; }
  var total = vec4f(0.0);
  for (var i = 0u; i < (63u / width) + 1u; i++) { total += partial[i]; }
  for (var row = 0u; row < params.n; row++) {
    let at = row * params.out + column;
    if (HAS_RESIDUAL == 1u) { y[at] = total[row] + residual[at]; } else { y[at] = total[row]; }
  }
}
