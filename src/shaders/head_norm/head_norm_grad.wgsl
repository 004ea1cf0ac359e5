// dw[c] += sum over rows and heads of dy x rstd, of the norm of q's heads or of k's where its weight is trained: `count` heads from `first` on.
// One invocation a column of a head over one of S fixed stretches of rows; it adds to its own partial [S, total].
struct Params {
  n: u32, heads: u32, kv_heads: u32, d: u32, first: u32, count: u32, offset: u32, total: u32,
  splits: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(2) var<storage, read> rstd: array<f32>; // [N, H+G]
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn head_norm_grad(@builtin(global_invocation_id) id: vec3u) {
  let c = id.x;
  if (c >= params.d) { return; }
  let normed = params.heads + params.kv_heads;
  let share = (params.n + params.splits - 1u) / params.splits;
  let begin = id.y * share;
  var sum = 0.0;
  for (var n = begin; n < min(begin + share, params.n); n++) {
    for (var head = params.first; head < params.first + params.count; head++) {
      let at = (n * (normed + params.kv_heads) + head) * params.d + c;
      sum += dy[at] * x[at] * rstd[n * normed + head];
    }
  }
  grads[id.y * params.total + params.offset + c] += sum;
}
