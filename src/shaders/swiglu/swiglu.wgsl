// h = silu(gate) * up, from gate | up side by side. One invocation an element of h.
struct Params { n: u32, f: u32 }
@group(0) @binding(0) var<storage, read> gu: array<f32>; // [N, 2F]
@group(0) @binding(1) var<storage, read_write> h: array<f32>; // [N, F]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn swiglu(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.f) { return; }
  let row = i / params.f;
  let at = i + row * params.f;
  let a = gu[at];
  // exp of at most 80 stays finite in f32; beyond it the sigmoid is 0 to the last bit that matters.
  let s = 1.0 / (1.0 + exp(min(-a, 80.0)));
  h[i] = a * s * gu[at + params.f];
}
