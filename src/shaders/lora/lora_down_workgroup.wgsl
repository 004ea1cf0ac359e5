// lora_down where K is a multiple of 4: one workgroup of 128 a block of 4 rows by 4 columns of one adapter; its invocations share the
// sum over k, four at a time, neighbours reading neighbours.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K / 4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> u: array<f32>; // [N, RU]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(128)
fn lora_down_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = block_of(group.x);
  let j = place.x;
  let s = params.segments[j];
  let stream = params.stream + j;
  let width = params.k / 4u;
  let rows = four_from(group.y * 4u, params.n - 1u) * width;
  let ranks = four_from(place.y, s.rank - 1u) * width + s.a_offset / 4u;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let a = mat4x4f(adapter[ranks.x + p], adapter[ranks.y + p], adapter[ranks.z + p], adapter[ranks.w + p]);
    sums[0] += dropped(x[rows.x + p], rows.x + p, stream) * a;
    sums[1] += dropped(x[rows.y + p], rows.y + p, stream) * a;
    sums[2] += dropped(x[rows.z + p], rows.z + p, stream) * a;
    sums[3] += dropped(x[rows.w + p], rows.w + p, stream) * a;
  }
  let sum = total(sums, lane);
  let row = group.y * 4u + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { u[row * params.ru + s.u_column + rank] = sum; }
}
