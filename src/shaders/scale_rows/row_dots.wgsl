// The gradient of a vector of VeRA: each row of the factor's gradient times the same row of the shared matrix, summed. One workgroup
// of 64 a row and split.
struct Params { rows: u32, columns: u32, stride: u32, shared_offset: u32, vector_offset: u32, factor_offset: u32, total: u32, splits: u32 }
@group(0) @binding(0) var<storage, read> projections: array<f32>;
@group(0) @binding(1) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(2) var<uniform> params: Params;

var<workgroup> partial: array<f32, 64>;

@compute @workgroup_size(64)
fn row_dots(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let row = group.x;
  let start = group.y * params.total;
  let matrix = params.shared_offset + row * params.stride;
  let factor = start + params.factor_offset + row * params.columns;
  var sum = 0.0;
  for (var c = local.x; c < params.columns; c += 64u) { sum += grads[factor + c] * projections[matrix + c]; }
  partial[local.x] = sum;
  workgroupBarrier();
  if (local.x == 0u) {
    var dot = 0.0;
    for (var i = 0u; i < 64u; i++) { dot += partial[i]; }
    grads[start + params.vector_offset + row] = dot;
  }
}
