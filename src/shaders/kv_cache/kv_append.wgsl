// Copies the k and v columns of q|k|v [T, stride] to a cache at step.position: k [maxT, width], then v [maxT, width].
// One invocation an element of k. Rows beyond the cache are dropped.
struct Params { t: u32, width: u32, stride: u32, k_offset: u32, v_offset: u32, max_t: u32 }
@group(0) @binding(0) var<storage, read> qkv: array<f32>; // [T, stride]
@group(0) @binding(1) var<uniform> step: Step;
@group(0) @binding(2) var<storage, read_write> cache: array<f32>; // [2, maxT, width]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn kv_append(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.t * params.width) { return; }
  let row = i / params.width;
  let column = i - row * params.width;
  let position = step.position + row;
  if (position >= params.max_t) { return; }
  let source = row * params.stride + column;
  let place = position * params.width + column;
  cache[place] = qkv[source + params.k_offset];
  cache[place + params.max_t * params.width] = qkv[source + params.v_offset];
}
