// h = gelu_tanh(gate) * up, from gate | up side by side. One invocation an element of h.
struct Params { n: u32, f: u32 }
@group(0) @binding(0) var<storage, read> gu: array<f32>; // [N, 2F]
@group(0) @binding(1) var<storage, read_write> h: array<f32>; // [N, F]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn geglu(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.f) { return; }
  let row = i / params.f;
  let at = i + row * params.f;
  let a = gu[at];
  h[i] = 0.5 * a * (1.0 + gelu_tanh(a)) * gu[at + params.f];
}
