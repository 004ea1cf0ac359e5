// The first half of cross_entropy by parts: of each stretch of 4096 logits of a row the maximum, its place, and the sums about it; the
// label's logit where it is among them. One workgroup of LANES a stretch, in fixed order.
struct Params { count: u32, v: u32, first_row: u32, parts: u32 }
@group(0) @binding(0) var<storage, read> z: array<f32>; // [count, V]
@group(0) @binding(1) var<storage, read> labels: array<i32>; // [N]
// [count, parts, 2]: maximum, sums of exp(d), d exp(d), d; place of the maximum, the label's logit or 0
@group(0) @binding(2) var<storage, read_write> stretches: array<vec4f>;
@group(0) @binding(3) var<uniform> params: Params;

alias Sum = vec3f;
var<workgroup> partial: array<vec3f, LANES>;
var<workgroup> tops: array<vec2f, LANES>; // value, place

// The first of equal maxima wins, as torch.argmax on the CPU.
fn higher(a: vec2f, b: vec2f) -> vec2f { return select(a, b, b.x > a.x || (b.x == a.x && b.y < a.y)); }

@compute @workgroup_size(LANES)
fn cross_entropy_parts(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * 4096u;
  let last = min(first + 4096u, params.v);
  let base = group.y * params.v;
  var top = vec2f(-1e30, f32(first));
  for (var i = first + lane; i < last; i += LANES) { top = higher(top, vec2f(z[base + i], f32(i))); }
  tops[lane] = top;
  workgroupBarrier();
  for (var i = lane % 16u; i < LANES; i += 16u) { top = higher(top, tops[i]); }
  workgroupBarrier();
  tops[lane] = top;
  workgroupBarrier();
  for (var i = 0u; i < 16u; i++) { top = higher(top, tops[i]); }
  var sum = vec3f(0.0);
  for (var i = first + lane; i < last; i += LANES) {
    let d = z[base + i] - top.x;
    let e = exp(max(d, -80.0));
    sum += vec3f(e, e * d, d);
  }
  let all = total(sum, lane);
  if (lane > 0u) { return; }
  let label = labels[params.first_row + group.y];
  var aim = 0.0;
  if (label >= i32(first) && label < i32(last)) { aim = z[base + u32(label)]; }
  let at = 2u * (group.y * params.parts + group.x);
  stretches[at] = vec4f(top.x, all);
  stretches[at + 1u] = vec4f(top.y, aim, 0.0, 0.0);
}
