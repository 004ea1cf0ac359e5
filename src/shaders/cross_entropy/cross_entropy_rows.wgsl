// cross_entropy in the same order, one invocation a row: for adapters with few lanes, where a barrier costs more than what it shares out. Logit
// i of a row is in partial sum i mod 64; these are added in order, four of them at a time. V is a multiple of 4.
struct Params { count: u32, v: u32, first_row: u32, smoothing: f32 }
@group(0) @binding(0) var<storage, read_write> z: array<vec4f>; // [rows, V/4]: logits, then their gradient
@group(0) @binding(1) var<storage, read> labels: array<i32>; // [N]
@group(0) @binding(2) var<storage, read> weights: array<f32>; // [N]
@group(0) @binding(3) var<uniform> step: Step;
@group(0) @binding(4) var<storage, read_write> rows: array<vec4f>; // [N]: loss, correct, counted, entropy
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(8)
fn cross_entropy_rows(@builtin(global_invocation_id) id: vec3u) {
  if (id.x >= params.count) { return; }
  let row = params.first_row + id.x;
  let v4 = params.v / 4u;
  let base = id.x * v4;
  let label = labels[row];
  let counts = label >= 0;
  let own = u32(max(label, 0));
  // The first of equal maxima wins, as torch.argmax on the CPU.
  var m = -1e30;
  var top = 0u;
  var aim = 0.0;
  for (var i = 0u; i < v4; i++) {
    let four = z[base + i];
    let highest = max(max(four.x, four.y), max(four.z, four.w));
    if (highest > m) {
      m = highest;
      top = 4u * i + select(select(select(3u, 2u, four.z == m), 1u, four.y == m), 0u, four.x == m);
    }
    if (i == own / 4u) { aim = four[own % 4u]; }
  }
  var total = vec3f(0.0);
  for (var first = 0u; first < 16u; first++) {
    var es = vec4f(0.0);
    var eds = vec4f(0.0);
    var ds = vec4f(0.0);
    for (var i = first; i < v4; i += 16u) {
      let d = z[base + i] - m;
      let e = exp(max(d, vec4f(-80.0)));
      es += e;
      eds += e * d;
      ds += d;
    }
    total = total + vec3f(es.x, eds.x, ds.x) + vec3f(es.y, eds.y, ds.y) + vec3f(es.z, eds.z, ds.z) + vec3f(es.w, eds.w, ds.w);
  }
  let log_sum = log(total.x);
  let wanted = mix(aim - m, total.z / f32(params.v), params.smoothing);
  let numbers = vec4f(log_sum - wanted, select(0.0, 1.0, top == own), 1.0, log_sum - total.y / total.x);
  rows[row] = select(vec4f(0.0), numbers, counts);
  if (WRITE_GRAD == 0u) { return; }
  var scale = step.loss_scale;
  if (HAS_WEIGHTS == 1u) { scale = weights[row]; }
  for (var i = 0u; i < v4; i++) {
    var d = exp(max(z[base + i] - m, vec4f(-80.0))) / total.x;
    d -= params.smoothing / f32(params.v);
    let at = vec4u(4u * i) + vec4u(0u, 1u, 2u, 3u);
    d -= select(vec4f(0.0), vec4f(1.0 - params.smoothing), at == vec4u(own));
    z[base + i] = select(vec4f(0.0), d * scale, counts);
  }
}
