// dw[c] += sum over rows and heads of dy x rstd, of the norm of q's heads or of k's where its weight is trained: `count` heads from `first` on.
// SLICES invocations a column of a head over one of S fixed stretches of rows; it adds to its own partial [S, total].
struct Params {
  n: u32, heads: u32, kv_heads: u32, d: u32, first: u32, count: u32, offset: u32, total: u32,
  splits: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(2) var<storage, read> rstd: array<f32>; // [N, H+G]
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

const LANES = COLUMNS * SLICES;
alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(COLUMNS, SLICES)
fn head_norm_grad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = group.x * COLUMNS + local.x;
  let c = min(column, params.d - 1u);
  let normed = params.heads + params.kv_heads;
  let share = (params.n + params.splits - 1u) / params.splits;
  let begin = group.y * share;
  var sum = 0.0;
  for (var n = begin + local.y; n < min(begin + share, params.n); n += SLICES) {
    for (var head = params.first; head < params.first + params.count; head++) {
      let at = (n * (normed + params.kv_heads) + head) * params.d + c;
      sum += dy[at] * x[at] * rstd[n * normed + head];
    }
  }
  let all = sliced(sum, local.x, local.y);
  if (column < params.d && local.y == 0u) { grads[group.y * params.total + params.offset + c] += all; }
}
