// rms_norm_backward and lora_up_backward of what it gives in one dispatch, for a group of one member: dx = rstd (g - xh mean(g xh))
// (+ residual), g = dy (w + offset), xh = x rstd, and du = s dx B. One workgroup of 128 a block of 4 rows by 4 columns of the adapter; each takes
// the rows' means for itself and writes a share of dx's columns.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32, offset: f32,
}
@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(2) var<storage, read> w: array<vec4f>; // [OUT / 4]
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(5) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> dx: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(7) var<storage, read_write> du: array<f32>; // [N, RU]
@group(0) @binding(8) var<uniform> params: Params;

fn part(at: u32, p: u32) -> f32 { return dot(dy[at + p] * (w[p] + params.offset), x[at + p]); }

fn gradient(at: u32, p: u32, r: f32, mean: f32) -> vec4f {
  let value = r * (dy[at + p] * (w[p] + params.offset) - x[at + p] * r * mean);
  if (HAS_RESIDUAL == 0u) { return value; }
  return value + residual[at + p];
}

@compute @workgroup_size(128)
fn lora_up_backward_normed(
  @builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32,
) {
  let s = params.segments[0];
  let width = params.out / 4u;
  let row0 = group.y * 4u;
  let ranks = four_from(group.x * 4u, s.rank - 1u);
  let real = four_from(row0, params.n - 1u);
  let rows = real * width;
  let r = vec4f(rstd[real.x], rstd[real.y], rstd[real.z], rstd[real.w]);
  var parts = vec4f(0.0);
  for (var p = lane; p < width; p += 128u) {
    parts += vec4f(part(rows.x, p), part(rows.y, p), part(rows.z, p), part(rows.w, p));
  }
  let means = row_totals(parts * r, lane) / f32(params.out);
  let share = (width + groups.x - 1u) / groups.x;
  let begin = group.x * share;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let v = mat4x4f(
      gradient(rows.x, p, r.x, means.x), gradient(rows.y, p, r.y, means.y),
      gradient(rows.z, p, r.z, means.z), gradient(rows.w, p, r.w, means.w));
    if (p >= begin && p < begin + share) {
      dx[rows.x + p] = v[0];
      if (row0 + 1u < params.n) { dx[rows.y + p] = v[1]; }
      if (row0 + 2u < params.n) { dx[rows.z + p] = v[2]; }
      if (row0 + 3u < params.n) { dx[rows.w + p] = v[3]; }
    }
    let b = rows_from(s.b_offset + 4u * p * s.rank, s.rank, ranks);
    sums[0] += b * v[0];
    sums[1] += b * v[1];
    sums[2] += b * v[2];
    sums[3] += b * v[3];
  }
  let sum = total(sums, lane);
  let row = row0 + lane / 4u;
  let rank = group.x * 4u + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { du[row * params.ru + s.u_column + rank] = s.scale * sum; }
}
