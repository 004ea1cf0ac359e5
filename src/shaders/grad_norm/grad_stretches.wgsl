// grad_reduce by stretches of at most 8192 floats of a tensor: adds the S partial gradients into the first of them, in fixed order, and
// writes the stretch's sum of squares. One workgroup of LANES a stretch.
struct Params { tensors: u32, stretches: u32, splits: u32, total: u32 }
// [tensors] offset and length, [tensors] first stretch and their number, [stretches] offset and length, in floats
@group(0) @binding(0) var<storage, read> table: array<vec2u>;
@group(0) @binding(1) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // [stretches]
@group(0) @binding(3) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn grad_stretches(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let stretch = table[2u * params.tensors + group.x];
  var sum = 0.0;
  for (var i = lane; i < stretch.y; i += LANES) {
    let at = stretch.x + i;
    var g = grads[at];
    for (var s = 1u; s < 16u; s++) {
      if (s >= params.splits) { break; }
      g += grads[at + s * params.total];
    }
    grads[at] = g;
    sum += g * g;
  }
  let all = total(sum, lane);
  if (lane == 0u) { squares[group.x] = all; }
}
