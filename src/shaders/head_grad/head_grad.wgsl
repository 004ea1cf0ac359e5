// dW[v, c] += sum_n dz[n, v] h[n, c], the gradient of a whole output head from a chunk of rows, into the first of S partials. One
// invocation a 4 by 4 block.
struct Params { rows: u32, v: u32, c: u32, first_row: u32, offset: u32 }
@group(0) @binding(0) var<storage, read> dz: array<f32>; // [rows, V], the chunk's own
@group(0) @binding(1) var<storage, read> h: array<f32>; // [N, C]
@group(0) @binding(2) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn head_grad(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let blocks = (params.c + 3u) / 4u;
  let v0 = (i / blocks) * 4u;
  let c0 = (i % blocks) * 4u;
  if (v0 >= params.v) { return; }
  var v: array<u32, 4>;
  var c: array<u32, 4>;
  var sums: array<vec4f, 4>;
  for (var j = 0u; j < 4u; j++) {
    v[j] = min(v0 + j, params.v - 1u);
    c[j] = min(c0 + j, params.c - 1u);
    sums[j] = vec4f(0.0);
  }
  for (var n = 0u; n < params.rows; n++) {
    let at = (params.first_row + n) * params.c;
    let x = vec4f(h[at + c[0]], h[at + c[1]], h[at + c[2]], h[at + c[3]]);
    for (var j = 0u; j < 4u; j++) { sums[j] += dz[n * params.v + v[j]] * x; }
  }
  for (var j = 0u; j < 4u; j++) {
    for (var k = 0u; k < 4u; k++) {
      if (v0 + j < params.v && c0 + k < params.c) {
        grads[params.offset + (v0 + j) * params.c + c0 + k] += sums[j][k];
      }
    }
  }
}
