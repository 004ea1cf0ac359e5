// lora_up_backward where all widths are multiples of 4: one workgroup of 128 a block of 4 rows by 4 columns of one adapter; its
// invocations share the sum over o, four at a time, neighbours reading neighbours.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> du: array<f32>; // [N, RU]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(128)
fn lora_up_backward_workgroup(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = block_of(group.x);
  let j = place.x;
  let s = params.segments[j];
  let ranks = four_from(place.y, s.rank - 1u);
  let rows = four_from(group.y * 4u, params.n - 1u) * (params.out / 4u) + s.start / 4u;
  let width = (s.end - s.start) / 4u;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let b = rows_from(s.b_offset + 4u * p * s.rank, s.rank, ranks);
    sums[0] += b * dy[rows.x + p];
    sums[1] += b * dy[rows.y + p];
    sums[2] += b * dy[rows.z + p];
    sums[3] += b * dy[rows.w + p];
  }
  let sum = total(sums, lane);
  let row = group.y * 4u + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { du[row * params.ru + s.u_column + rank] = s.scale * sum; }
}
