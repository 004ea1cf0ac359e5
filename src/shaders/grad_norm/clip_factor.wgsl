// metrics[0] = global norm over the tensor norms, metrics[1] = min(1, max_norm / (norm + 1e-6)), as
// torch.nn.utils.clip_grad_norm_. One workgroup of LANES, fixed order. max_norm <= 0 disables clipping.
struct Params { tensors: u32, norm_offset: u32, max_norm: f32 }
@group(0) @binding(0) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(1) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn clip_factor(@builtin(local_invocation_id) local: vec3u) {
  var sum = 0.0;
  for (var t = local.x; t < params.tensors; t += LANES) {
    let norm = metrics[params.norm_offset + t];
    sum += norm * norm;
  }
  let norm = sqrt(total(sum, local.x));
  if (local.x == 0u) {
    metrics[0] = norm;
    metrics[1] = select(1.0, min(1.0, params.max_norm / (norm + 1e-6)), params.max_norm > 0.0);
  }
}
