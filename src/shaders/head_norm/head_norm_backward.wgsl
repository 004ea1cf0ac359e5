// dx = rstd (g - xh mean(g xh)), g = dy w, xh = x rstd, head by head of q and k; v's gradient is copied. w is frozen. One workgroup of
// LANES a head of a row.
struct Params { n: u32, heads: u32, kv_heads: u32, d: u32, offset: f32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(2) var<storage, read> w_q: array<f32>; // [D]
@group(0) @binding(3) var<storage, read> w_k: array<f32>; // [D]
@group(0) @binding(4) var<storage, read> rstd: array<f32>; // [N, H+G]
@group(0) @binding(5) var<storage, read_write> dx: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(6) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

fn weight(head: u32, i: u32) -> f32 {
  if (head < params.heads) { return w_q[i] + params.offset; }
  return w_k[i] + params.offset;
}

@compute @workgroup_size(LANES)
fn head_norm_backward(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let head = group.x;
  let normed = params.heads + params.kv_heads;
  let base = (group.y * (normed + params.kv_heads) + head) * params.d;
  if (head >= normed) {
    for (var i = local.x; i < params.d; i += LANES) { dx[base + i] = dy[base + i]; }
    return;
  }
  let r = rstd[group.y * normed + head];
  var sum = 0.0;
  for (var i = local.x; i < params.d; i += LANES) { sum += dy[base + i] * weight(head, i) * x[base + i] * r; }
  let mean = total(sum, local.x) / f32(params.d);
  for (var i = local.x; i < params.d; i += LANES) {
    dx[base + i] = r * (dy[base + i] * weight(head, i) - x[base + i] * r * mean);
  }
}
