// Adds the S partial gradients of one tensor into the first of them, in fixed order, and writes the tensor's L2 norm.
// One workgroup of 64 a tensor.
struct Params { tensors: u32, splits: u32, total: u32, norm_offset: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec2u>; // [tensors]: offset, length in floats
@group(0) @binding(1) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn grad_reduce(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let tensor = table[group.x];
  var sum = 0.0;
  for (var i = local.x; i < tensor.y; i += 64u) {
    let at = tensor.x + i;
    var g = grads[at];
    for (var s = 1u; s < params.splits; s++) { g += grads[at + s * params.total]; }
    grads[at] = g;
    sum += g * g;
  }
  partial[local.x] = sum;
  workgroupBarrier();
  if (local.x == 0u) {
    var total = 0.0;
    for (var i = 0u; i < 64u; i++) { total += partial[i]; }
    metrics[params.norm_offset + group.x] = sqrt(total);
  }
}
