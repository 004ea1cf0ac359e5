// u[n, c] = sum_k drop_j(x)[n, k] A_j[r, k] for every column c of every adapter of a group. One invocation a block of 4
// rows by 4 columns of one adapter. Dropout is recomputed from its counter.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, K]
@group(0) @binding(1) var<storage, read> adapter: array<f32>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn lora_down(@builtin(global_invocation_id) id: vec3u) {
  let row0 = id.y * 4u;
  if (row0 >= params.n) { return; }
  var item = id.x;
  var j = 0u;
  for (; j < params.count; j++) {
    let blocks = (params.segments[j].rank + 3u) / 4u;
    if (item < blocks) { break; }
    item -= blocks;
  }
  if (j >= params.count) { return; }
  let s = params.segments[j];
  let r0 = item * 4u;
  var rows: array<u32, 4>;
  var ranks: array<u32, 4>;
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) {
    rows[i] = min(row0 + i, params.n - 1u) * params.k;
    ranks[i] = s.a_offset + min(r0 + i, s.rank - 1u) * params.k;
    sums[i] = vec4f(0.0);
  }
  for (var p = 0u; p < params.k; p++) {
    let a = vec4f(adapter[ranks[0] + p], adapter[ranks[1] + p], adapter[ranks[2] + p], adapter[ranks[3] + p]);
    for (var i = 0u; i < 4u; i++) {
      var v = x[rows[i] + p];
      if (HAS_DROPOUT == 1u) { v *= dropout_scale(step.seed, params.stream + j, rows[i] + p, params.rate); }
      sums[i] += v * a;
    }
  }
  for (var i = 0u; i < 4u; i++) {
    if (row0 + i >= params.n) { break; }
    let at = (row0 + i) * params.ru + s.u_column + r0;
    let v = sums[i];
    u[at] = v.x;
    if (r0 + 1u < s.rank) { u[at + 1u] = v.y; }
    if (r0 + 2u < s.rank) { u[at + 2u] = v.z; }
    if (r0 + 3u < s.rank) { u[at + 3u] = v.w; }
  }
}
