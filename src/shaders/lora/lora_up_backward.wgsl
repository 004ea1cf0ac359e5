// du[n, c] = scale_j sum_o dy[n, o] B_j[o, r] for every column c of every adapter of a group. One invocation a block of
// 4 rows by 4 columns of one adapter.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, OUT]
@group(0) @binding(1) var<storage, read> adapter: array<f32>;
@group(0) @binding(2) var<storage, read_write> du: array<f32>; // [N, RU]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn lora_up_backward(@builtin(global_invocation_id) id: vec3u) {
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
  let c1 = min(r0 + 1u, s.rank - 1u);
  let c2 = min(r0 + 2u, s.rank - 1u);
  let c3 = min(r0 + 3u, s.rank - 1u);
  var rows: array<u32, 4>;
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) {
    rows[i] = min(row0 + i, params.n - 1u) * params.out;
    sums[i] = vec4f(0.0);
  }
  for (var o = s.start; o < s.end; o++) {
    let at = s.b_offset + (o - s.start) * s.rank;
    let b = vec4f(adapter[at + r0], adapter[at + c1], adapter[at + c2], adapter[at + c3]);
    for (var i = 0u; i < 4u; i++) { sums[i] += dy[rows[i] + o] * b; }
  }
  for (var i = 0u; i < 4u; i++) {
    for (var c = 0u; c < 4u; c++) {
      if (row0 + i < params.n && r0 + c < s.rank) {
        du[(row0 + i) * params.ru + s.u_column + r0 + c] = s.scale * sums[i][c];
      }
    }
  }
}
