// y = c x by column, and a residual on top: the output of an adapted group from its product, and the gradient of that product. One
// invocation an element.
struct Params { n: u32, out: u32 }
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, OUT]
@group(0) @binding(1) var<storage, read> table: array<f32>; // [2, OUT]: c, n
@group(0) @binding(2) var<storage, read> residual: array<f32>; // [N, OUT]
@group(0) @binding(3) var<storage, read_write> y: array<f32>; // [N, OUT]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(64)
fn scale_columns(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.out) { return; }
  var value = table[i % params.out] * x[i];
  if (HAS_RESIDUAL == 1u) { value += residual[i]; }
  y[i] = value;
}
