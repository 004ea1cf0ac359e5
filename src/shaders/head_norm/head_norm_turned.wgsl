// head_norm, and of what it gives the first `dims` of each head of q and k turned as rope does with sign +1, in one dispatch. One workgroup of
// LANES a head of a row. Saves rstd for backward.
struct Params { n: u32, heads: u32, kv_heads: u32, d: u32, eps: f32, offset: f32, t: u32, dims: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(1) var<storage, read> w_q: array<f32>; // [D]
@group(0) @binding(2) var<storage, read> w_k: array<f32>; // [D]
@group(0) @binding(3) var<storage, read> cos_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(4) var<storage, read> sin_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(5) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(6) var<uniform> step: Step;
@group(0) @binding(7) var<storage, read_write> y: array<f32>; // [N, (H+2G)*D]
@group(0) @binding(8) var<storage, read_write> rstd: array<f32>; // [N, H+G]
@group(0) @binding(9) var<uniform> params: Params;

alias Sum = f32;
var<workgroup> partial: array<f32, LANES>;

fn normed_at(base: u32, i: u32, r: f32, is_q: bool) -> f32 {
  var w = params.offset;
  if (is_q) { w += w_q[i]; } else { w += w_k[i]; }
  return x[base + i] * r * w;
}

@compute @workgroup_size(LANES)
fn head_norm_turned(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let head = group.x;
  let row = group.y;
  let normed = params.heads + params.kv_heads;
  let base = (row * (normed + params.kv_heads) + head) * params.d;
  if (head >= normed) {
    for (var i = local.x; i < params.d; i += LANES) { y[base + i] = x[base + i]; }
    return;
  }
  var sum = 0.0;
  for (var i = local.x; i < params.d; i += LANES) {
    let v = x[base + i];
    sum += v * v;
  }
  let r = 1.0 / sqrt(total(sum, local.x) / f32(params.d) + params.eps);
  if (local.x == 0u) { rstd[row * normed + head] = r; }
  var position = step.position + row % params.t;
  if (HAS_DOCUMENTS == 1u) { position -= documents[row]; }
  let half = params.dims / 2u;
  let is_q = head < params.heads;
  for (var i = local.x; i < params.d; i += LANES) {
    var v = normed_at(base, i, r, is_q);
    if (i < params.dims) {
      let is_first = i < half;
      let angle = position * half + i % half;
      let other = normed_at(base, select(i - half, i + half, is_first), r, is_q);
      v = v * cos_table[angle] + select(other, -other, is_first) * sin_table[angle];
    }
    y[base + i] = v;
  }
}
