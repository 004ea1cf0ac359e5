// metrics[0] = global norm over the tensor norms, metrics[1] = min(1, max_norm / (norm + 1e-6)), as
// torch.nn.utils.clip_grad_norm_. One workgroup of 64, fixed order. max_norm <= 0 disables clipping.
struct Params { tensors: u32, norm_offset: u32, max_norm: f32 }
@group(0) @binding(0) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn clip_factor(@builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var t = local.x; t < params.tensors; t += 64u) {
    let norm = metrics[params.norm_offset + t];
    sum += norm * norm;
  }
  partial[local.x] = sum;
  workgroupBarrier();
  if (local.x == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) { total += partial[i]; }
    let norm = sqrt(total);
    metrics[0] = norm;
    metrics[1] = select(1.0, min(1.0, params.max_norm / (norm + 1e-6)), params.max_norm > 0.0);
  }
}
