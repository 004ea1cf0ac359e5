// Two floats a word, as IEEE binary16, the first in the low half; what is larger than its largest number becomes that. One invocation a word.
struct Params { n: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read_write> words: array<u32>;
@group(0) @binding(2) var<uniform> params: Params;

const LARGEST = 65504.0;

@compute @workgroup_size(64)
fn to_half(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (2u * i >= params.n) { return; }
  let last = params.n - 1u;
  let pair = vec2f(x[2u * i], x[min(2u * i + 1u, last)]);
  words[i] = pack2x16float(clamp(pair, vec2f(-LARGEST), vec2f(LARGEST)));
}
