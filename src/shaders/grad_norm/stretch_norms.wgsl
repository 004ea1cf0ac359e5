// The L2 norm of a tensor from its stretches' sums of squares, in fixed order. One workgroup of LANES a tensor.
struct Params { tensors: u32, norm_offset: u32 }
@group(0) @binding(0) var<storage, read> table: array<vec2u>; // behind [tensors] of grad_reduce: first stretch and their number
@group(0) @binding(1) var<storage, read> squares: array<f32>; // [stretches]
@group(0) @binding(2) var<storage, read_write> metrics: array<f32>;
@group(0) @binding(3) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn stretch_norms(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = table[params.tensors + group.x];
  var sum = 0.0;
  for (var i = lane; i < own.y; i += LANES) { sum += squares[own.x + i]; }
  let all = total(sum, lane);
  if (lane == 0u) { metrics[params.norm_offset + group.x] = sqrt(all); }
}
