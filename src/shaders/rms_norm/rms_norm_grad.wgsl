// dw[c] += sum_n dy[n, c] x[n, c] rstd[n], of a norm whose weight is trained. One invocation a column over one of S fixed stretches of
// rows; it adds to its own partial [S, total], so gradient accumulation keeps its order.
struct Params { n: u32, c: u32, offset: u32, total: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn rms_norm_grad(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.c) { return; }
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = id.y * share;
  var sum = 0.0;
  for (var n = first; n < min(first + share, params.n); n++) {
    sum += dy[n * params.c + c] * x[n * params.c + c] * rstd[n];
  }
  grads[id.y * params.total + params.offset + c] += sum;
}
