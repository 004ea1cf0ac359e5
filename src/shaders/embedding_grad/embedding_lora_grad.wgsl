// dB[c, r] += s sum_n dx[n, c] A[r, id] and dA[r, id] += s sum over its tokens of dx B, into the first of S partials. One invocation an
// element of dB, then one a token and rank for dA: the first token of an id adds up all of them in order.
struct Params { n: u32, c: u32, v: u32, rank: u32, a_offset: u32, b_offset: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> adapter: array<f32>; // A [R, V], B [C, R]
@group(0) @binding(2) var<storage, read> dx: array<f32>; // [N, C]
@group(0) @binding(3) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn embedding_lora_grad(@builtin(global_invocation_id) id: vec3u) {
  var i = id.x + id.y * GRID_WIDTH;
  let last = params.v - 1u;
  var sum = 0.0;
  if (i < params.c * params.rank) {
    let column = i / params.rank;
    let r = i - column * params.rank;
    for (var n = 0u; n < params.n; n++) {
      sum += dx[n * params.c + column] * adapter[params.a_offset + r * params.v + min(ids[n], last)];
    }
    grads[params.b_offset + i] += params.scale * sum;
    return;
  }
  i -= params.c * params.rank;
  if (i >= params.n * params.rank) { return; }
  let row = i / params.rank;
  let r = i - row * params.rank;
  let token = min(ids[row], last);
  for (var n = 0u; n < row; n++) { if (min(ids[n], last) == token) { return; } }
  for (var n = row; n < params.n; n++) {
    if (min(ids[n], last) != token) { continue; }
    for (var column = 0u; column < params.c; column++) {
      sum += dx[n * params.c + column] * adapter[params.b_offset + column * params.rank + r];
    }
  }
  grads[params.a_offset + r * params.v + token] += params.scale * sum;
}
