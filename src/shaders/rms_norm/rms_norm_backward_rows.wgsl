// dx = rstd (g - xh mean(g xh)) (+ residual) as rms_norm_backward.wgsl has it, in the same order: one invocation a row, for adapters
// with few lanes. Partial sums as in rms_norm_rows.wgsl. C is a multiple of 4; w is frozen.
struct Params { n: u32, c: u32, offset: f32 }
@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [N, C/4]
@group(0) @binding(1) var<storage, read> x: array<vec4f>; // [N, C/4]
@group(0) @binding(2) var<storage, read> w: array<vec4f>; // [C/4]
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(4) var<storage, read> residual: array<vec4f>; // [N, C/4]
@group(0) @binding(5) var<storage, read_write> dx: array<vec4f>; // [N, C/4]
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(8)
fn rms_norm_backward_rows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.n) { return; }
  let c4 = params.c / 4u;
  let base = row * c4;
  let offset = params.offset;
  let r = rstd[row];
  var total = 0.0;
  for (var first = 0u; first < 16u; first++) {
    var s = vec4f(0.0);
    for (var i = first; i < c4; i += 16u) { s += dy[base + i] * (w[i] + offset) * x[base + i] * r; }
    total = total + s.x + s.y + s.z + s.w;
  }
  let mean = total / f32(params.c);
  for (var i = 0u; i < c4; i++) {
    var value = r * (dy[base + i] * (w[i] + offset) - x[base + i] * r * mean);
    if (HAS_RESIDUAL == 1u) { value += residual[base + i]; }
    dx[base + i] = value;
  }
}
