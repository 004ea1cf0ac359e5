// y = a b^T, b row-major [M, K]: each invocation keeps a block of 4 rows by 4 columns in registers. K is a multiple of 4.
struct Params { n: u32, k: u32, m: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> b: array<vec4f>; // [M, K/4]
@group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N, M]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn matmul_transposed(@builtin(global_invocation_id) id: vec3u) {
  let row0 = id.y * 4u;
  let column0 = id.x * 4u;
  if (row0 >= params.n || column0 >= params.m) { return; }
  let k4 = params.k / 4u;
  var rows: array<u32, 4>;
  var columns: array<u32, 4>;
  var sum: array<vec4f, 16>;
  for (var i = 0u; i < 4u; i++) {
    rows[i] = min(row0 + i, params.n - 1u) * k4;
    columns[i] = min(column0 + i, params.m - 1u) * k4;
  }
  for (var i = 0u; i < 16u; i++) { sum[i] = vec4f(0.0); }
  for (var p = 0u; p < k4; p++) {
    let b0 = b[columns[0] + p];
    let b1 = b[columns[1] + p];
    let b2 = b[columns[2] + p];
    let b3 = b[columns[3] + p];
    for (var i = 0u; i < 4u; i++) {
      let x = a[rows[i] + p];
      sum[i * 4u] = fma(x, b0, sum[i * 4u]);
      sum[i * 4u + 1u] = fma(x, b1, sum[i * 4u + 1u]);
      sum[i * 4u + 2u] = fma(x, b2, sum[i * 4u + 2u]);
      sum[i * 4u + 3u] = fma(x, b3, sum[i * 4u + 3u]);
    }
  }
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) {
      if (row0 + i < params.n && column0 + j < params.m) {
        let s = sum[i * 4u + j];
        y[(row0 + i) * params.m + column0 + j] = (s.x + s.y) + (s.z + s.w);
      }
    }
  }
}
