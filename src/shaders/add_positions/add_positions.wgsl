// x += row of the table that belongs to the token's position, in place: learned positions. Row n stands at position step.position + n mod t, with
// HAS_DOCUMENTS less documents[n]; positions beyond the table take its last row. One invocation an element.
struct Params { n: u32, c: u32, t: u32, positions: u32 }
@group(0) @binding(0) var<storage, read> table: array<f32>; // [positions, C]
@group(0) @binding(1) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> x: array<f32>; // [N, C]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn add_positions(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.c) { return; }
  let row = i / params.c;
  var position = step.position + row % params.t;
  if (HAS_DOCUMENTS == 1u) { position -= documents[row]; }
  x[i] += table[min(position, params.positions - 1u) * params.c + (i - row * params.c)];
}
