// da = dh (0.5 (1 + t) + 0.5 a (1 - t^2) u'), t the tanh and u' its argument's slope. One invocation an element.
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read> dh: array<f32>; // [N]
@group(0) @binding(1) var<storage, read> a: array<f32>; // [N]
@group(0) @binding(2) var<storage, read_write> da: array<f32>; // [N]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn gelu_backward(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  let v = a[i];
  let t = gelu_tanh(v);
  let slope = 0.7978845608028654 * (1.0 + 0.134145 * v * v);
  da[i] = dh[i] * (0.5 * (1.0 + t) + 0.5 * v * (1.0 - t * t) * slope);
}
