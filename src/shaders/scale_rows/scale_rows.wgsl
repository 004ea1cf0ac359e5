// A factor of VeRA for the LoRA kernels: row r of the shared matrix times entry r of the trained vector, both in the adapter buffer but for
// the matrix. One invocation an element.
struct Params { rows: u32, columns: u32, stride: u32, shared_offset: u32, vector_offset: u32, factor_offset: u32 }
@group(0) @binding(0) var<storage, read> projections: array<f32>;
@group(0) @binding(1) var<storage, read_write> adapter: array<f32>;
@group(0) @binding(2) var<uniform> params: Params;

@compute @workgroup_size(64)
fn scale_rows(@builtin(global_invocation_id) id: vec3u) {
  let i = id.y * GRID_WIDTH + id.x;
  if (i >= params.rows * params.columns) { return; }
  let row = i / params.columns;
  let at = params.shared_offset + row * params.stride + i % params.columns;
  adapter[params.factor_offset + i] = adapter[params.vector_offset + row] * projections[at];
}
