// dw[c] += sum_n dy[n, c] (x[n, c] - mean[n]) rstd[n] and db[c] += sum_n dy[n, c], of a norm whose weight and bias are trained. SLICES
// invocations a column over one of S fixed stretches of rows; it adds to its own partial [S, total], so gradient accumulation keeps its order.
struct Params { n: u32, c: u32, offset: u32, bias_offset: u32, total: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> dy: array<f32>; // [N, C]
@group(0) @binding(1) var<storage, read> x: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read> mean: array<f32>; // [N]
@group(0) @binding(3) var<storage, read> rstd: array<f32>; // [N]
@group(0) @binding(4) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(5) var<uniform> params: Params;

const LANES = COLUMNS * SLICES;
alias Sum = vec2f;
var<workgroup> partial: array<vec2f, LANES>;

@compute @workgroup_size(COLUMNS, SLICES)
fn layer_norm_grad(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let column = group.x * COLUMNS + local.x;
  let c = min(column, params.c - 1u);
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = group.y * share;
  var sums = vec2f(0.0);
  for (var n = first + local.y; n < min(first + share, params.n); n += SLICES) {
    let d = dy[n * params.c + c];
    sums += vec2f(d * (x[n * params.c + c] - mean[n]) * rstd[n], d);
  }
  let all = sliced(sums, local.x, local.y);
  if (column >= params.c || local.y > 0u) { return; }
  let at = group.y * params.total + c;
  grads[at + params.offset] += all.x;
  grads[at + params.bias_offset] += all.y;
}
