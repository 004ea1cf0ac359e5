// One AdamW step over the flat adapter buffer. One invocation an element; a table entry serves 64 elements: weight decay
// and a factor on the learning rate, negative where a parameter has no gradient and stays untouched.
// 1 - beta comes from the host in double precision: 1 - f32(0.999) is off by 1e-5 of itself.
struct Params { n: u32, beta2: f32, one_minus_beta1: f32, one_minus_beta2: f32, eps: f32 }
@group(0) @binding(0) var<storage, read_write> p: array<f32>; // [n]
@group(0) @binding(1) var<storage, read> grads: array<f32>; // [n] and more
@group(0) @binding(2) var<storage, read_write> m: array<f32>; // [n]
@group(0) @binding(3) var<storage, read_write> v: array<f32>; // [n]
@group(0) @binding(4) var<storage, read> table: array<vec2f>; // [n / 64]: weight decay, lr factor
@group(0) @binding(5) var<storage, read> metrics: array<f32>; // [1]: clipping factor
@group(0) @binding(6) var<uniform> step: Step;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(64)
fn adamw(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  let entry = table[i / 64u];
  if (entry.y < 0.0) { return; }
  let lr = step.learning_rate * entry.y;
  let g = grads[i] * metrics[1];
  let m1 = m[i] + (g - m[i]) * params.one_minus_beta1;
  let v1 = params.beta2 * v[i] + params.one_minus_beta2 * g * g;
  m[i] = m1;
  v[i] = v1;
  let decayed = p[i] * (1.0 - lr * entry.x);
  p[i] = decayed - (lr / step.bias_correction1) * m1 / (sqrt(v1) / sqrt(step.bias_correction2) + params.eps);
}
