// One step of Lion over the flat adapter buffer: p decays, moves by lr against the sign of the interpolated momentum, then
// the momentum follows the gradient. One invocation an element; a table entry serves 64 elements: weight decay and a factor
// on the learning rate, negative where a parameter has no gradient and stays untouched.
struct Params { n: u32, beta1: f32, one_minus_beta1: f32, beta2: f32, one_minus_beta2: f32 }
@group(0) @binding(0) var<storage, read_write> p: array<f32>; // [n]
@group(0) @binding(1) var<storage, read> grads: array<f32>; // [n] and more
@group(0) @binding(2) var<storage, read_write> m: array<f32>; // [n]
@group(0) @binding(3) var<storage, read> table: array<vec2f>; // [n / 64]: weight decay, lr factor
@group(0) @binding(4) var<storage, read> metrics: array<f32>; // [1]: clipping factor
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn lion(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  let entry = table[i / 64u];
  if (entry.y < 0.0) { return; }
  let lr = step.learning_rate * entry.y;
  let g = grads[i] * metrics[1];
  let direction = sign(m[i] * params.beta1 + g * params.one_minus_beta1);
  p[i] = p[i] * (1.0 - lr * entry.x) - lr * direction;
  m[i] = m[i] * params.beta2 + g * params.one_minus_beta2;
}
