// Sums the rows' numbers of one micro-batch in fixed order into its place in metrics: loss * loss_scale, correct, counted,
// entropy. One workgroup of LANES.
struct Params { n: u32, offset: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>; // [N]
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

alias Sum = vec4f;
var<workgroup> partial: array<vec4f, LANES>;

@compute @workgroup_size(LANES)
fn row_sum(@builtin(local_invocation_id) local: vec3u) {
  var sum = vec4f(0.0);
  for (var i = local.x; i < params.n; i += LANES) { sum += rows[i]; }
  let all = total(sum, local.x);
  if (local.x == 0u) {
    let at = params.offset + step.micro_batch * 8u;
    metrics[at] = all.x * step.loss_scale;
    metrics[at + 1u] = all.y;
    metrics[at + 2u] = all.z;
    metrics[at + 3u] = all.w;
  }
}
