// swiglu by vectors of four, where F is a multiple of 4: one invocation four elements of h, the same bits.
struct Params { n: u32, f: u32 }
@group(0) @binding(0) var<storage, read> gu: array<vec4f>; // [N, 2F/4]
@group(0) @binding(1) var<storage, read_write> h: array<vec4f>; // [N, F/4]
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn swiglu_vectors(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let f4 = params.f / 4u;
  if (i >= params.n * f4) { return; }
  let at = i + i / f4 * f4;
  let a = gu[at];
  let s = 1.0 / (1.0 + exp(min(-a, vec4f(80.0))));
  h[i] = a * s * gu[at + f4];
}
