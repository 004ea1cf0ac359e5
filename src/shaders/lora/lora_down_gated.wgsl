// swiglu and lora_down of what it gives in one dispatch: h = silu(gate) up and u = drop(h) A^T. One workgroup of 128 a block of 4 rows by 4
// columns of one adapter; each takes all of the rows' gates for itself and writes a share of h's columns.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> gu: array<vec4f>; // [N, 2K / 4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> h: array<vec4f>; // [N, K / 4]
@group(0) @binding(4) var<storage, read_write> u: array<f32>; // [N, RU]
@group(0) @binding(5) var<uniform> params: Params;

// Four of h, `at` counted in h: as swiglu has them.
fn gated(row: u32, p: u32, width: u32) -> vec4f {
  let a = gu[2u * row + p];
  return a / (1.0 + exp(min(-a, vec4f(80.0)))) * gu[2u * row + width + p];
}

@compute @workgroup_size(128)
fn lora_down_gated(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let place = block_of(group.x);
  let j = place.x;
  let s = params.segments[j];
  let stream = params.stream + j;
  let width = params.k / 4u;
  let row0 = group.y * 4u;
  let rows = four_from(row0, params.n - 1u) * width;
  let ranks = four_from(place.y, s.rank - 1u) * width + s.a_offset / 4u;
  let share = (width + groups.x - 1u) / groups.x;
  let begin = group.x * share;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let v = mat4x4f(gated(rows.x, p, width), gated(rows.y, p, width), gated(rows.z, p, width), gated(rows.w, p, width));
    if (p >= begin && p < begin + share) {
      h[rows.x + p] = v[0];
      if (row0 + 1u < params.n) { h[rows.y + p] = v[1]; }
      if (row0 + 2u < params.n) { h[rows.z + p] = v[2]; }
      if (row0 + 3u < params.n) { h[rows.w + p] = v[3]; }
    }
    let a = mat4x4f(adapter[ranks.x + p], adapter[ranks.y + p], adapter[ranks.z + p], adapter[ranks.w + p]);
    sums[0] += dropped(v[0], rows.x + p, stream) * a;
    sums[1] += dropped(v[1], rows.y + p, stream) * a;
    sums[2] += dropped(v[2], rows.z + p, stream) * a;
    sums[3] += dropped(v[3], rows.w + p, stream) * a;
  }
  let sum = total(sums, lane);
  let row = row0 + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { u[row * params.ru + s.u_column + rank] = sum; }
}
