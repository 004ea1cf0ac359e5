// y = x * rstd * (w + offset), rstd = 1 / sqrt(mean(x^2) + eps). One workgroup of LANES a row, sums in a
// fixed order. Saves rstd for backward.
struct Params { n: u32, c: u32, eps: f32, offset: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> w: array<f32>; // [C]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, C]
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>; // [N]
@group(0) @binding(4) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn rms_norm(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let base = row * params.c;
  var sum = 0.0;
  for (var i = local.x; i < params.c; i += LANES) {
    let v = x[base + i];
    sum += v * v;
  }
  let r = 1.0 / sqrt(total(sum, local.x) / f32(params.c) + params.eps);
  if (local.x == 0u) { rstd[row] = r; }
  for (var i = local.x; i < params.c; i += LANES) { y[base + i] = x[base + i] * r * (w[i] + params.offset); }
}
