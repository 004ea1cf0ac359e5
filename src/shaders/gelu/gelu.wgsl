// h = a (1 + t) / 2, t the tanh of the argument of the GELU (gelu_tanh): the activation without a gate. One invocation an element.
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>; // [N]
@group(0) @binding(1) var<storage, read_write> h: array<f32>; // [N]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn gelu(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  h[i] = 0.5 * a[i] * (1.0 + gelu_tanh(a[i]));
}
