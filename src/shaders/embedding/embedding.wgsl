// Gathers rows of the table by token id, decoding them. One invocation an element; ids beyond the table give the last row. With
// HAS_NOISE each element gets uniform noise of up to step.noise, by its place: NEFTune, Jain et al., 2023. A
// table too large to bind comes in parts: `rows` rows from `first` on, and ids outside them are another dispatch's. The
// bound part begins `first_block` blocks of 64 before the table does.
struct Params { n: u32, c: u32, v: u32, first: u32, rows: u32, first_block: u32 }
@group(0) @binding(0) var<storage, read> ids: array<u32>; // [N]
@group(0) @binding(1) var<storage, read> w: array<u32>; // [V, C], packed
@group(0) @binding(2) var<storage, read> w_scales: array<u32>;
@group(0) @binding(3) var<uniform> step: Step;
@group(0) @binding(4) var<storage, read_write> x: array<f32>; // [N, C]
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn embedding(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.c) { return; }
  let row = i / params.c;
  let token = min(ids[row], params.v - 1u);
  if (token < params.first || token >= params.first + params.rows) { return; }
  var value = weight(0u, params.first_block, (token - params.first) * params.c + (i - row * params.c));
  if (HAS_NOISE == 1u) {
    let random = f32(philox2x32(vec2u(i, NOISE_STREAM), step.seed).x >> 8u) * 5.9604644775390625e-8;
    value += (random * 2.0 - 1.0) * step.noise;
  }
  x[i] = value;
}
