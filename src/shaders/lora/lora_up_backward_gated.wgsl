// swiglu_backward and lora_up_backward of what it gives in one dispatch, for a group of gate and up: d gate = dh up s (1 + gate (1 - s)),
// d up = dh gate s, s = sigmoid(gate), and du = scale dgu B. One workgroup of 128 a block of 4 rows by 4 columns of one of the two adapters; each
// takes its member's half of dgu and writes a share of that half's columns.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32,
}
@group(0) @binding(0) var<storage, read> dh: array<vec4f>; // [N, OUT / 8]
@group(0) @binding(1) var<storage, read> gu: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(2) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> dgu: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(4) var<storage, read_write> du: array<f32>; // [N, RU]
@group(0) @binding(5) var<uniform> params: Params;

fn gradient(row: u32, p: u32, width: u32, is_up: bool) -> vec4f {
  let a = gu[2u * row + p];
  let s = 1.0 / (1.0 + exp(min(-a, vec4f(80.0))));
  let d = dh[row + p] * s;
  if (is_up) { return d * a; }
  return d * gu[2u * row + width + p] * (1.0 + a * (1.0 - s));
}

@compute @workgroup_size(128)
fn lora_up_backward_gated(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = block_of(group.x);
  let is_up = place.x == 1u;
  let s = params.segments[place.x];
  let ranks = four_from(place.y, s.rank - 1u);
  let width = params.out / 8u;
  let row0 = group.y * 4u;
  let rows = four_from(row0, params.n - 1u) * width;
  let half = select(0u, width, is_up);
  let share = (width + (s.rank + 3u) / 4u - 1u) / ((s.rank + 3u) / 4u);
  let begin = place.y / 4u * share;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let v = mat4x4f(
      gradient(rows.x, p, width, is_up), gradient(rows.y, p, width, is_up),
      gradient(rows.z, p, width, is_up), gradient(rows.w, p, width, is_up));
    if (p >= begin && p < begin + share) {
      dgu[2u * rows.x + half + p] = v[0];
      if (row0 + 1u < params.n) { dgu[2u * rows.y + half + p] = v[1]; }
      if (row0 + 2u < params.n) { dgu[2u * rows.z + half + p] = v[2]; }
      if (row0 + 3u < params.n) { dgu[2u * rows.w + half + p] = v[3]; }
    }
    let b = rows_from(s.b_offset + 4u * p * s.rank, s.rank, ranks);
    sums[0] += b * v[0];
    sums[1] += b * v[1];
    sums[2] += b * v[2];
    sums[3] += b * v[3];
  }
  let sum = total(sums, lane);
  let row = row0 + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { du[row * params.ru + s.u_column + rank] = s.scale * sum; }
}
