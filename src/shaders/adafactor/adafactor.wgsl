// One Adafactor step of every tensor of the adapter, one workgroup a tensor: running means of g² by row and by column (by
// element for a vector), the update g / √(row · column / mean row), shortened to a root mean square of 1, then decay and step.
// Sums go in a fixed order. Shapes [rows, columns]; a vector has columns 0. step.bias_correction2 carries beta2(t) = 1 - t^-0.8.
struct Params { tensors: u32, eps: f32 }
struct Tensor { offset: u32, length: u32, rows: u32, columns: u32, state: u32 }
@group(0) @binding(0) var<storage, read_write> p: array<f32>;
@group(0) @binding(1) var<storage, read> grads: array<f32>;
@group(0) @binding(2) var<storage, read_write> squares: array<f32>; // by tensor: rows, then columns
@group(0) @binding(3) var<storage, read> shapes: array<Tensor>; // [tensors]
@group(0) @binding(4) var<storage, read> table: array<vec2f>; // [n / 64]: weight decay, lr factor
@group(0) @binding(5) var<storage, read> metrics: array<f32>; // [1]: clipping factor
@group(0) @binding(6) var<uniform> step: Step;
@group(0) @binding(7) var<uniform> params: Params;

const W = 64u;
var<workgroup> partial: array<f32, W>;

fn total(lane: u32, own: f32) -> f32 {
  workgroupBarrier();
  partial[lane] = own;
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < W; i++) { sum += partial[i]; }
  return sum;
}

fn gradient(t: Tensor, i: u32) -> f32 { return grads[t.offset + i] * metrics[1]; }

fn blend(at: u32, mean: f32) {
  let beta2 = step.bias_correction2;
  squares[at] = beta2 * squares[at] + (1.0 - beta2) * mean;
}

/// Update of element i before it is shortened; `mean_row` of a vector is unused.
fn direction(t: Tensor, i: u32, mean_row: f32) -> f32 {
  let g = gradient(t, i);
  if (t.columns == 0u) { return g * inverseSqrt(squares[t.state + i]); }
  let row = squares[t.state + i / t.columns];
  let column = squares[t.state + t.rows + i % t.columns];
  return g * inverseSqrt(row / mean_row) * inverseSqrt(column);
}

@compute @workgroup_size(W)
fn adafactor(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let lane = local.x;
  let t = shapes[group.x];
  let entry = table[t.offset / 64u];
  if (entry.y < 0.0) { return; }
  let across = max(t.columns, 1u);
  for (var row = lane; row < t.rows; row += W) {
    var sum = 0.0;
    for (var c = 0u; c < across; c++) {
      let g = gradient(t, row * across + c);
      sum += g * g + params.eps;
    }
    blend(t.state + row, sum / f32(across));
  }
  for (var c = lane; c < t.columns; c += W) {
    var sum = 0.0;
    for (var row = 0u; row < t.rows; row++) {
      let g = gradient(t, row * t.columns + c);
      sum += g * g + params.eps;
    }
    blend(t.state + t.rows + c, sum / f32(t.rows));
  }
  storageBarrier();
  var rows = 0.0;
  for (var row = lane; row < t.rows; row += W) { rows += squares[t.state + row]; }
  let mean_row = total(lane, rows) / f32(t.rows);
  var length = 0.0;
  for (var i = lane; i < t.length; i += W) {
    let u = direction(t, i, mean_row);
    length += u * u;
  }
  let rms = sqrt(total(lane, length) / f32(t.length));
  let lr = step.learning_rate * entry.y;
  for (var i = lane; i < t.length; i += W) {
    let at = t.offset + i;
    p[at] = p[at] * (1.0 - lr * entry.x) - lr * direction(t, i, mean_row) / max(1.0, rms);
  }
}
