// x += b, column by column, in place. One invocation an element.
struct Params { n: u32, c: u32 }
@group(0) @binding(0) var<storage, read> b: array<f32>; // [C]
@group(0) @binding(1) var<storage, read_write> x: array<f32>; // [N, C]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn add_bias(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.c) { return; }
  x[i] += b[i % params.c];
}
