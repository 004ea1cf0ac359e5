// Softmax cross-entropy of a chunk of rows. One workgroup of 64 a row: maximum, sum and entropy in fixed order; writes the
// row's numbers and, with WRITE_GRAD, turns the logits into their gradient in place. Label -100: all zero. Label smoothing mixes
// the loss with the mean loss over all tokens of the vocabulary.
struct Params { count: u32, v: u32, first_row: u32, smoothing: f32 }
@group(0) @binding(0) var<storage, read_write> z: array<f32>; // [rows, V]: logits, then their gradient
@group(0) @binding(1) var<storage, read> labels: array<i32>; // [N]
@group(0) @binding(2) var<storage, read> weights: array<f32>; // [N]
@group(0) @binding(3) var<uniform> step: Step;
@group(0) @binding(4) var<storage, read_write> rows: array<vec4f>; // [N]: loss, correct, counted, entropy
@group(0) @binding(5) var<uniform> params: Params;

var<workgroup> maxima: array<f32, 64>;
var<workgroup> places: array<u32, 64>;
var<workgroup> sums: array<vec3f, 64>; // of exp(d), d exp(d), d

@compute @workgroup_size(64)
fn cross_entropy(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = params.first_row + group.x;
  let base = group.x * params.v;
  let label = labels[row];
  let counts = label >= 0;
  var best = -1e30;
  var place = 0u;
  for (var i = local.x; i < params.v; i += 64u) {
    if (z[base + i] > best) { best = z[base + i]; place = i; }
  }
  maxima[local.x] = best;
  places[local.x] = place;
  workgroupBarrier();
  var m = -1e30;
  var top = 0u;
  for (var i = 0u; i < 64u; i++) {
    // The first of equal maxima wins, as torch.argmax on the CPU.
    if (maxima[i] > m || (maxima[i] == m && places[i] < top)) { m = maxima[i]; top = places[i]; }
  }
  var sum = vec3f(0.0);
  for (var i = local.x; i < params.v; i += 64u) {
    let d = z[base + i] - m;
    let e = exp(max(d, -80.0));
    sum += vec3f(e, e * d, d);
  }
  sums[local.x] = sum;
  workgroupBarrier();
  var total = vec3f(0.0);
  for (var i = 0u; i < 64u; i++) { total += sums[i]; }
  let log_sum = log(total.x);
  if (local.x == 0u) {
    if (counts) {
      let aim = mix(z[base + u32(label)] - m, total.z / f32(params.v), params.smoothing);
      let loss = log_sum - aim;
      rows[row] = vec4f(loss, select(0.0, 1.0, top == u32(label)), 1.0, log_sum - total.y / total.x);
    } else {
      rows[row] = vec4f(0.0);
    }
  }
  storageBarrier();
  if (WRITE_GRAD == 0u) { return; }
  var scale = step.loss_scale;
  if (HAS_WEIGHTS == 1u) { scale = weights[row]; }
  for (var i = local.x; i < params.v; i += 64u) {
    var d = exp(max(z[base + i] - m, -80.0)) / total.x;
    d -= params.smoothing / f32(params.v);
    if (counts && i == u32(label)) { d -= 1.0 - params.smoothing; }
    z[base + i] = select(0.0, d * scale, counts);
  }
}
