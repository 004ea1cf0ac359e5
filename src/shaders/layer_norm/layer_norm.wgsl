// y = (x - mean) * rstd * w + b, rstd = 1 / sqrt(mean((x - mean)^2) + eps). One workgroup of LANES a row, sums in a fixed order;
// the variance in a second pass, about the mean. Saves mean and rstd for backward.
struct Params { n: u32, c: u32, eps: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> w: array<f32>; // [C]
@group(0) @binding(2) var<storage, read> b: array<f32>; // [C]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, C]
@group(0) @binding(4) var<storage, read_write> mean: array<f32>; // [N]
@group(0) @binding(5) var<storage, read_write> rstd: array<f32>; // [N]
@group(0) @binding(6) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn layer_norm(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let base = row * params.c;
  var sum = 0.0;
  for (var i = local.x; i < params.c; i += LANES) { sum += x[base + i]; }
  let m = total(sum, local.x) / f32(params.c);
  var squares = 0.0;
  for (var i = local.x; i < params.c; i += LANES) {
    let v = x[base + i] - m;
    squares += v * v;
  }
  workgroupBarrier();
  let r = 1.0 / sqrt(total(squares, local.x) / f32(params.c) + params.eps);
  if (local.x == 0u) {
    mean[row] = m;
    rstd[row] = r;
  }
  for (var i = local.x; i < params.c; i += LANES) { y[base + i] = (x[base + i] - m) * r * w[i] + b[i]; }
}
