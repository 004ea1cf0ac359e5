// The second half of cross_entropy by parts: a row's numbers from its stretches and, with WRITE_GRAD, the gradient of the logits in place.
// One workgroup of LANES a stretch of 4096, each of which adds up the row's stretches in order; the first writes the row's numbers.
struct Params { count: u32, v: u32, first_row: u32, parts: u32, smoothing: f32 }
@group(0) @binding(0) var<storage, read_write> z: array<f32>; // [count, V]: logits, then their gradient
@group(0) @binding(1) var<storage, read> labels: array<i32>; // [N]
@group(0) @binding(2) var<storage, read> weights: array<f32>; // [N]
@group(0) @binding(3) var<storage, read> stretches: array<vec4f>; // [count, parts, 2]
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> rows: array<vec4f>; // [N]: loss, correct, counted, entropy
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn cross_entropy_whole(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = params.first_row + group.y;
  let label = labels[row];
  let counts = label >= 0;
  let begin = 2u * group.y * params.parts;
  var m = -1e30;
  var top = 0.0;
  for (var p = 0u; p < params.parts; p++) {
    // Stretches come in order: the first of equal maxima stays.
    let part = stretches[begin + 2u * p].x;
    if (part > m) { m = part; top = stretches[begin + 2u * p + 1u].x; }
  }
  var all = vec3f(0.0);
  var aimed = 0.0;
  for (var p = 0u; p < params.parts; p++) {
    let part = stretches[begin + 2u * p];
    let shift = part.x - m;
    let e = exp(max(shift, -80.0));
    let length = f32(min(params.v - p * 4096u, 4096u));
    all += vec3f(e * part.y, e * (part.z + shift * part.y), part.w + shift * length);
    aimed += stretches[begin + 2u * p + 1u].y;
  }
  if (lane == 0u && group.x == 0u) {
    let log_sum = log(all.x);
    let aim = mix(aimed - m, all.z / f32(params.v), params.smoothing);
    let numbers = vec4f(log_sum - aim, select(0.0, 1.0, top == f32(label)), 1.0, log_sum - all.y / all.x);
    rows[row] = select(vec4f(0.0), numbers, counts);
  }
  if (WRITE_GRAD == 0u) { return; }
  var scale = step.loss_scale;
  if (HAS_WEIGHTS == 1u) { scale = weights[row]; }
  let base = group.y * params.v;
  let first = group.x * 4096u;
  for (var i = first + lane; i < min(first + 4096u, params.v); i += LANES) {
    var d = exp(max(z[base + i] - m, -80.0)) / all.x - params.smoothing / f32(params.v);
    if (counts && i == u32(label)) { d -= 1.0 - params.smoothing; }
    z[base + i] = select(0.0, d * scale, counts);
  }
}
