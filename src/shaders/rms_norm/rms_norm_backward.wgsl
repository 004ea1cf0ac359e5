// dx = rstd (g - xh mean(g xh)) (+ residual), g = dy (w + offset), xh = x rstd. One workgroup of LANES a row; w is frozen.
struct Params { n: u32, c: u32, offset: f32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> w: array<f32>; // [C]
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<f32>; // [N, C]
@group(0) @binding(5) var<storage, read_write> dx: array<f32>; // [N, C]
@group(0) @binding(6) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn rms_norm_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let base = row * params.c;
  let r = rstd[row];
  var sum = 0.0;
  for (var i = local.x; i < params.c; i += LANES) { sum += dy[base + i] * (w[i] + params.offset) * x[base + i] * r; }
  let mean = total(sum, local.x) / f32(params.c);
  for (var i = local.x; i < params.c; i += LANES) {
    var value = r * (dy[base + i] * (w[i] + params.offset) - x[base + i] * r * mean);
    if (HAS_RESIDUAL == 1u) { value += residual[base + i]; }
    dx[base + i] = value;
  }
}
