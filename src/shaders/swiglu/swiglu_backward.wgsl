// d gate = dh up s (1 + gate (1 - s)), d up = dh gate s, s = sigmoid(gate). One invocation an element of h.
struct Params { n: u32, f: u32 }
@group(0) @binding(0) var<storage, read> dh: array<f32>; // [N, F]
@group(0) @binding(1) var<storage, read> gu: array<f32>; // [N, 2F]
@group(0) @binding(2) var<storage, read_write> dgu: array<f32>; // [N, 2F]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn swiglu_backward(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.f) { return; }
  let row = i / params.f;
  let at = i + row * params.f;
  let a = gu[at];
  let s = 1.0 / (1.0 + exp(min(-a, 80.0)));
  let d = dh[i];
  dgu[at] = d * gu[at + params.f] * s * (1.0 + a * (1.0 - s));
  dgu[at + params.f] = d * a * s;
}
