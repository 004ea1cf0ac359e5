// dE[v, c] += sum of dx[n, c] over the tokens n with id v, into the first of S partials. One invocation an element of dx: the first
// token of an id adds up all of them in order, the others do nothing.
struct Params { n: u32, c: u32, v: u32, offset: u32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> dx: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn embedding_grad(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.c) { return; }
  let row = i / params.c;
  let column = i - row * params.c;
  let token = min(ids[row], params.v - 1u);
  for (var n = 0u; n < row; n++) { if (min(ids[n], params.v - 1u) == token) { return; } }
  var sum = 0.0;
  for (var n = row; n < params.n; n++) {
    if (min(ids[n], params.v - 1u) == token) { sum += dx[n * params.c + column]; }
  }
  grads[params.offset + token * params.c + column] += sum;
}
