// The parts of q|k|v's sum added up, always in the same order, and the first `dims` of each head of q and k turned as rope does with sign +1,
// in one dispatch. One invocation two numbers of a head: a pair that turns, its likes in v, or two neighbours behind them.
struct Params { n: u32, t: u32, stride: u32, turned: u32, d: u32, dims: u32, terms: u32 }
@group(0) @binding(0) var<storage, read> parts: array<f32>; // [TERMS, N, stride]
@group(0) @binding(1) var<storage, read> cos_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(2) var<storage, read> sin_table: array<f32>; // [maxT, dims/2]
@group(0) @binding(3) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> x: array<f32>; // [N, stride]
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn rope_parts(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let pairs = params.d / 2u;
  let heads = params.stride / params.d;
  if (i >= params.n * heads * pairs) { return; }
  let half = params.dims / 2u;
  let pair = i % pairs;
  let head = i / pairs % heads;
  let row = i / (pairs * heads);
  let turns = pair < half;
  let first = row * params.stride + head * params.d + select(2u * pair, pair, turns);
  let at = vec2u(first, first + select(1u, half, turns));
  var sum = vec2f(0.0);
  for (var part = 0u; part < params.terms; part++) {
    let own = at + part * params.n * params.stride;
    sum += vec2f(parts[own.x], parts[own.y]);
  }
  if (turns && head < params.turned) {
    var position = step.position + row % params.t;
    if (HAS_DOCUMENTS == 1u) { position -= documents[row]; }
    let c = cos_table[position * half + pair];
    let s = sin_table[position * half + pair];
    sum = vec2f(sum.x * c - sum.y * s, sum.y * c + sum.x * s);
  }
  x[at.x] = sum.x;
  x[at.y] = sum.y;
}
