// y = [a | u] b (+ residual, or + y) for any widths: one invocation an element. The variant for what is no multiple of 4.
struct Params { n: u32, k: u32, m: u32, ru: u32, a_stride: u32, a_offset: u32, y_stride: u32, y_offset: u32 }
@group(0) @binding(0) var<storage, read> a: array<f32>; // [N, K], rows a_stride apart
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> b: array<f32>; // [K + RU, M]
@group(0) @binding(3) var<storage, read> residual: array<f32>; // [N, M]
@group(0) @binding(4) var<storage, read_write> y: array<f32>; // [N, M], rows y_stride apart
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn matmul_scalar(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.n * params.m) { return; }
  let row = i / params.m;
  let column = i - row * params.m;
  let from_a = row * params.a_stride + params.a_offset;
  var sum = 0.0;
  for (var p = 0u; p < params.k; p++) { sum += a[from_a + p] * b[p * params.m + column]; }
  for (var p = 0u; p < params.ru; p++) {
    sum += u[row * params.ru + p] * b[(params.k + p) * params.m + column];
  }
  let at = row * params.y_stride + params.y_offset + column;
  if (ADDS == ADD_RESIDUAL) { sum += residual[i]; }
  if (ADDS == ADD_Y) { sum += y[at]; }
  y[at] = sum;
}
