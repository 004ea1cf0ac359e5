// y = the sum of the parts of a product (+ residual), always in the same order: what the tiled kernels leave where its sum is split.
struct Params { size: u32, terms: u32 }
@group(0) @binding(0) var<storage, read> parts: array<f32>; // [TERMS, SIZE]
@group(0) @binding(1) var<storage, read> residual: array<f32>; // [SIZE]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [SIZE]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn linear_parts(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.size) { return; }
  var sum = 0.0;
  if (HAS_RESIDUAL == 1u) { sum = residual[i]; }
  for (var part = 0u; part < params.terms; part++) { sum += parts[part * params.size + i]; }
  y[i] = sum;
}
