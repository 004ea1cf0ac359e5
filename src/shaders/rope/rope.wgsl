// Rotary position embedding, in place on the first `dims` of each head of q and k of q|k|v [N, stride]: halves (x1, x2) become
// (x1 cos - s x2 sin, x2 cos + s x1 sin), s = +1 forward, -1 backward. One invocation a pair.
// The angles come in tables, for the accuracy of sin and cos of large arguments is up to the driver.
struct Params {
  n: u32, t: u32, stride: u32, q_offset: u32,
  k_offset: u32, heads_q: u32, heads_k: u32, d: u32,
  dims: u32, sign: f32,
}
@group(0) @binding(0) var<storage, read> cos_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(1) var<storage, read> sin_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(2) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(3) var<uniform> step: Step;
@group(0) @binding(4) var<storage, read_write> x: array<f32>; // [N, stride]
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn rope(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let half = params.dims / 2u;
  let heads = params.heads_q + params.heads_k;
  if (i >= params.n * heads * half) { return; }
  let pair = i % half;
  let head = (i / half) % heads;
  let row = i / (half * heads);
  var column = params.q_offset + head * params.d;
  if (head >= params.heads_q) { column = params.k_offset + (head - params.heads_q) * params.d; }
  let at = row * params.stride + column + pair;
  var position = step.position + row % params.t;
  if (HAS_DOCUMENTS == 1u) { position -= documents[row]; }
  let angle = position * half + pair;
  let c = cos_table[angle];
  let s = sin_table[angle] * params.sign;
  let x1 = x[at];
  let x2 = x[at + half];
  x[at] = x1 * c - x2 * s;
  x[at + half] = x2 * c + x1 * s;
}
