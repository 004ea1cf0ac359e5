// dx = rstd (g - mean(g) - xh mean(g xh)) (+ residual), g = dy w, xh = (x - mean) rstd. One workgroup of LANES a row; w is frozen.
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [C]
@group(0) @binding(3) var<storage, read> mean: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(5) var<storage, read> residual: array<f32>; // [N, C]
@group(0) @binding(6) var<storage, read_write> dx: array<f32>; // [N, C]
@group(0) @binding(7) var<uniform> params: Params;

alias Sum = vec2f;
var<workgroup> partial: array<vec2f, LANES>;

@compute @workgroup_size(LANES)
fn layer_norm_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let base = row * params.c;
  let m = mean[row];
  let r = rstd[row];
  var sums = vec2f(0.0);
  for (var i = local.x; i < params.c; i += LANES) {
    let g = dy[base + i] * w[i];
    sums += vec2f(g, g * (x[base + i] - m) * r);
  }
  let means = total(sums, local.x) / f32(params.c);
  for (var i = local.x; i < params.c; i += LANES) {
    var value = r * (dy[base + i] * w[i] - means.x - (x[base + i] - m) * r * means.y);
    if (HAS_RESIDUAL == 1u) { value += residual[base + i]; }
    dx[base + i] = value;
  }
}
