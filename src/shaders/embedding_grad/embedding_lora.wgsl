// x[n, c] += s sum_r A[r, id] B[c, r]: the adapter of an embedding, in place. One invocation an element.
struct Params { n: u32, c: u32, v: u32, rank: u32, a_offset: u32, b_offset: u32, scale: f32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> adapter: array<f32>; // A [R, V], B [C, R]
@group(0) @binding(2) var<storage, read_write> x: array<f32>; // [N, C]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn embedding_lora(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.c) { return; }
  let row = i / params.c;
  let column = i - row * params.c;
  let token = min(ids[row], params.v - 1u);
  var sum = 0.0;
  for (var r = 0u; r < params.rank; r++) {
    sum += adapter[params.a_offset + r * params.v + token] * adapter[params.b_offset + column * params.rank + r];
  }
  x[i] += params.scale * sum;
}
