// What preference needs of a row: the sums over its tokens. One workgroup of LANES a row, in fixed order.
struct Params { pairs: u32, t: u32 }
@group(0) @binding(0) var<storage, read> rows: array<vec4f>; // [2P*T]: nll, correct, counted, entropy
@group(0) @binding(1) var<storage, read> starts: array<u32>; // [2P]: token that predicts the completion's first
// [2P, 2]: log-likelihood and count of the completion, nll and count of the whole row; correct, entropy
@group(0) @binding(2) var<storage, read_write> sums: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

alias Sum = mat2x4f;
var<workgroup> partial: array<mat2x4f, LANES>;

@compute @workgroup_size(LANES)
fn preference_sums(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  var own = mat2x4f();
  for (var t = lane; t < params.t; t += LANES) {
    let x = rows[group.x * params.t + t];
    let inside = select(0.0, 1.0, t >= starts[group.x]);
    own += mat2x4f(vec4f(-x.x * inside, x.z * inside, x.x, x.z), vec4f(x.y, x.w, 0.0, 0.0) * inside);
  }
  let all = total(own, lane);
  if (lane > 0u) { return; }
  sums[2u * group.x] = all[0];
  sums[2u * group.x + 1u] = all[1];
}
