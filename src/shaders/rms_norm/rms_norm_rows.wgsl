// y = x * rstd * (w + offset) as rms_norm.wgsl has it, in the same order: one invocation a row instead of a workgroup, for adapters with
// few lanes, where a barrier costs more than the row. Float i of a row is in partial sum i mod 64; these are added in order, four of them
// at a time. C is a multiple of 4.
struct Params { n: u32, c: u32, eps: f32, offset: f32 }
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, C/4]
@group(0) @binding(1) var<storage, read> w: array<vec4f>; // [C/4]
@group(0) @binding(2) var<storage, read_write> y: array<vec4f>; // [N, C/4]
@group(0) @binding(3) var<storage, read_write> rstd: array<f32>; // [N]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8)
fn rms_norm_rows(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x;
  if (row >= params.n) { return; }
  let c4 = params.c / 4u;
  let base = row * c4;
  let end = base + c4;
  var total = 0.0;
  for (var i = 0u; i < 16u; i++) {
    var s = vec4f(0.0);
    for (var at = base + i; at < end; at += 16u) {
      let v = x[at];
      s += v * v;
    }
    total = total + s.x + s.y + s.z + s.w;
  }
  let r = 1.0 / sqrt(total / f32(params.c) + params.eps);
  rstd[row] = r;
  let offset = params.offset;
  for (var i = 0u; i < c4; i++) { y[base + i] = x[base + i] * r * (w[i] + offset); }
}
