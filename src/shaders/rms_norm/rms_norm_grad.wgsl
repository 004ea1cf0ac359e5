// dw[c] += sum_n dy[n, c] x[n, c] rstd[n], of a norm whose weight is trained. SLICES invocations a column over one of S fixed stretches of
// rows; it adds to its own partial [S, total], so gradient accumulation keeps its order.
struct Params { n: u32, c: u32, offset: u32, total: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

const LANES = COLUMNS * SLICES;
alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(COLUMNS, SLICES)
fn rms_norm_grad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = group.x * COLUMNS + local.x;
  let c = min(column, params.c - 1u);
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = group.y * share;
  var sum = 0.0;
  for (var n = first + local.y; n < min(first + share, params.n); n += SLICES) {
    sum += dy[n * params.c + c] * x[n * params.c + c] * rstd[n];
  }
  let all = sliced(sum, local.x, local.y);
  if (column < params.c && local.y == 0u) { grads[group.y * params.total + params.offset + c] += all; }
}
