// Sums the rows' numbers of one micro-batch in fixed order into its place in metrics: loss * loss_scale, correct, counted,
// entropy. One workgroup of 64.
struct Params { n: u32, offset: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>; // [N]
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> partial: array<vec4f, 64>;

@compute @workgroup_size(64)
fn row_sum(@builtin(local_invocation_id) local: vec3u) {
  var sum = vec4f(0.0);
  for (var i = local.x; i < params.n; i += 64u) { sum += rows[i]; }
  partial[local.x] = sum;
  workgroupBarrier();
  if (local.x == 0u) {
    var total = vec4f(0.0);
    for (var i = 0u; i < 64u; i++) { total += partial[i]; }
    let at = params.offset + step.micro_batch * 8u;
    metrics[at] = total.x * step.loss_scale;
    metrics[at + 1u] = total.y;
    metrics[at + 2u] = total.z;
    metrics[at + 3u] = total.w;
  }
}
