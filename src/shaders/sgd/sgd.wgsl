// One step of plain gradient descent over the flat adapter buffer: p -= lr (g + decay p), as torch.optim.SGD without momentum.
// One invocation an element; a table entry serves 64 elements: weight decay and a factor on the learning rate, negative
// where a parameter has no gradient and stays untouched.
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read_write> p: array<f32>; // [n]
@group(0) @binding(1) var<storage, read> grads: array<f32>; // [n] and more
@group(0) @binding(2) var<storage, read> table: array<vec2f>; // [n / 64]: weight decay, lr factor
@group(0) @binding(3) var<storage, read> metrics: array<f32>; // [1]: clipping factor
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn sgd(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n) { return; }
  let entry = table[i / 64u];
  if (entry.y < 0.0) { return; }
  let g = grads[i] * metrics[1] + entry.x * p[i];
  p[i] -= step.learning_rate * entry.y * g;
}
