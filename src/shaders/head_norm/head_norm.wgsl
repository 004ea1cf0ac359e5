// RMS norm of each head of q and of k in q|k|v; v is copied. One workgroup of LANES a head of a row. Saves rstd for backward.
struct Params { n: u32, heads: u32, kv_heads: u32, d: u32, eps: f32, offset: f32 }
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(1) var<storage, read> w_q: array<f32>; // [D]
@group(0) @binding(2) var<storage, read> w_k: array<f32>; // [D]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(4) var<storage, read_write> rstd: array<f32>; // [N, H+G]
@group(0) @binding(5) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn head_norm(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let head = group.x;
  let normed = params.heads + params.kv_heads;
  let base = (group.y * (normed + params.kv_heads) + head) * params.d;
  if (head >= normed) {
    for (var i = local.x; i < params.d; i += LANES) { y[base + i] = x[base + i]; }
    return;
  }
  var sum = 0.0;
  for (var i = local.x; i < params.d; i += LANES) {
    let v = x[base + i];
    sum += v * v;
  }
  let r = 1.0 / sqrt(total(sum, local.x) / f32(params.d) + params.eps);
  if (local.x == 0u) { rstd[group.y * normed + head] = r; }
  for (var i = local.x; i < params.d; i += LANES) {
    var w = params.offset;
    if (head < params.heads) { w += w_q[i]; } else { w += w_k[i]; }
    y[base + i] = x[base + i] * r * w;
  }
}
