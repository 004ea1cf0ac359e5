// y = [a | u] b (+ residual): each invocation keeps 8 rows of 8 columns in registers; no workgroup memory.
// K and M are multiples of 4. Columns come in two runs of 4, so that neighbours read neighbouring vectors.
struct Params { n: u32, k: u32, m: u32, ru: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // [K + RU, M/4]
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // [N, M/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N, M/4]
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m4 = params.m / 4u;
  let k4 = params.k / 4u;
  let row0 = group.y * 64u + local.y * 8u;
  let c0 = group.x * 16u + local.x;
  let c1 = c0 + 8u;
  if (row0 >= params.n || c0 >= m4) { return; }
  // Reads beyond the matrix are clamped, writes are guarded.
  let d1 = min(c1, m4 - 1u);
  var rows: array<u32, 8>;
  var lo: array<vec4f, 8>;
  var hi: array<vec4f, 8>;
  for (var i = 0u; i < 8u; i++) {
    rows[i] = min(row0 + i, params.n - 1u);
    lo[i] = vec4f(0.0);
    hi[i] = vec4f(0.0);
  }
  for (var p = 0u; p < k4; p++) {
    let at = p * 4u * m4;
    let b00 = b[at + c0];
    let b01 = b[at + d1];
    let b10 = b[at + m4 + c0];
    let b11 = b[at + m4 + d1];
    let b20 = b[at + 2u * m4 + c0];
    let b21 = b[at + 2u * m4 + d1];
    let b30 = b[at + 3u * m4 + c0];
    let b31 = b[at + 3u * m4 + d1];
    for (var i = 0u; i < 8u; i++) {
      let x = a[rows[i] * k4 + p];
      lo[i] = fma(vec4f(x.x), b00, lo[i]);
      hi[i] = fma(vec4f(x.x), b01, hi[i]);
      lo[i] = fma(vec4f(x.y), b10, lo[i]);
      hi[i] = fma(vec4f(x.y), b11, hi[i]);
      lo[i] = fma(vec4f(x.z), b20, lo[i]);
      hi[i] = fma(vec4f(x.z), b21, hi[i]);
      lo[i] = fma(vec4f(x.w), b30, lo[i]);
      hi[i] = fma(vec4f(x.w), b31, hi[i]);
    }
  }
  for (var p = 0u; p < params.ru; p++) {
    let at = (params.k + p) * m4;
    let b0 = b[at + c0];
    let b1 = b[at + d1];
    for (var i = 0u; i < 8u; i++) {
      let x = u[rows[i] * params.ru + p];
      lo[i] = fma(vec4f(x), b0, lo[i]);
      hi[i] = fma(vec4f(x), b1, hi[i]);
    }
  }
  for (var i = 0u; i < 8u; i++) {
    if (row0 + i >= params.n) { break; }
    let at = rows[i] * m4;
    if (HAS_RESIDUAL == 1u) {
      lo[i] += residual[at + c0];
      hi[i] += residual[at + d1];
    }
    y[at + c0] = lo[i];
    if (c1 < m4) { y[at + c1] = hi[i]; }
  }
}
