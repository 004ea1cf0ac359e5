// d gate = dh up (0.5 (1 + t) + 0.5 a (1 - t^2) u'), d up = dh gelu_tanh(gate), t the tanh and u' its argument's slope. One invocation an
// element of h.
struct Params { n: u32, f: u32 }
@group(0) @binding(0) var<storage, read> dh: array<f32>; // [N, F]
@group(0) @binding(1) var<storage, read> gu: array<f32>; // [N, 2F]
@group(0) @binding(2) var<storage, read_write> dgu: array<f32>; // [N, 2F]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn geglu_backward(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.f) { return; }
  let row = i / params.f;
  let at = i + row * params.f;
  let a = gu[at];
  let t = gelu_tanh(a);
  let slope = 0.7978845608028654 * (1.0 + 0.134145 * a * a);
  let d = dh[i];
  dgu[at] = d * gu[at + params.f] * (0.5 * (1.0 + t) + 0.5 * a * (1.0 - t * t) * slope);
  dgu[at + params.f] = d * 0.5 * a * (1.0 + t);
}
