// The floats of words that hold two halves each. One invocation a word.
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read> words: array<u32>;
@group(0) @binding(1) var<storage, read_write> y: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn from_half(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (2u * i >= params.n) { return; }
  let pair = unpack2x16float(words[i]);
  y[2u * i] = pair.x;
  if (2u * i + 1u < params.n) { y[2u * i + 1u] = pair.y; }
}
