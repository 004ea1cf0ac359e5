// y = [a | u] b (+ residual, or + y): each invocation keeps 8 rows of 4 columns in registers; no workgroup memory. The rows
// are the same for a whole workgroup, so reads of `a` are uniform. K, M, strides and offsets are multiples of 4.
struct Params { n: u32, k: u32, m: u32, ru: u32, a_stride: u32, a_offset: u32, y_stride: u32, y_offset: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [N, K/4], rows a_stride apart
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> b: array<Stored4>; // [K + RU, M/4]
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // [N, M/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N, M/4], rows y_stride apart
@group(0) @binding(5) var<uniform> params: Params;

fn a_row(row: u32) -> u32 { return (min(row, params.n - 1u) * params.a_stride + params.a_offset) / 4u; }
fn b4(at: u32) -> vec4f { return vec4f(b[at]); }
fn u_row(row: u32) -> u32 { return min(row, params.n - 1u) * params.ru; }

fn store(row: u32, column: u32, sum: vec4f) {
  if (row >= params.n || column >= params.m / 4u) { return; }
  let at = (row * params.y_stride + params.y_offset) / 4u + column;
  var value = sum;
  if (ADDS == ADD_RESIDUAL) { value += residual[row * (params.m / 4u) + column]; }
  if (ADDS == ADD_Y) { value += y[at]; }
  y[at] = value;
}

@compute @workgroup_size(16, 1)
fn matmul(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m4 = params.m / 4u;
  let row0 = group.y * 8u;
  let c0 = group.x * 16u + local.x;
  let d0 = min(c0, m4 - 1u);
  let a0 = a_row(row0);
  let a1 = a_row(row0 + 1u);
  let a2 = a_row(row0 + 2u);
  let a3 = a_row(row0 + 3u);
  let a4 = a_row(row0 + 4u);
  let a5 = a_row(row0 + 5u);
  let a6 = a_row(row0 + 6u);
  let a7 = a_row(row0 + 7u);
  var s0_0 = vec4f(0.0); var s1_0 = vec4f(0.0); var s2_0 = vec4f(0.0); var s3_0 = vec4f(0.0);
  var s4_0 = vec4f(0.0); var s5_0 = vec4f(0.0); var s6_0 = vec4f(0.0); var s7_0 = vec4f(0.0);
  for (var p = 0u; p < params.k / 4u; p++) {
    let at = p * 4u * m4;
    let w0 = mat4x4f(b4(at + d0), b4(at + m4 + d0), b4(at + 2u * m4 + d0), b4(at + 3u * m4 + d0));
    let x0 = a[a0 + p];
    s0_0 += w0 * x0;
    let x1 = a[a1 + p];
    s1_0 += w0 * x1;
    let x2 = a[a2 + p];
    s2_0 += w0 * x2;
    let x3 = a[a3 + p];
    s3_0 += w0 * x3;
    let x4 = a[a4 + p];
    s4_0 += w0 * x4;
    let x5 = a[a5 + p];
    s5_0 += w0 * x5;
    let x6 = a[a6 + p];
    s6_0 += w0 * x6;
    let x7 = a[a7 + p];
    s7_0 += w0 * x7;
  }
  for (var p = 0u; p < params.ru; p++) {
    let at = (params.k + p) * m4;
    let w0 = b4(at + d0);
    let x0 = u[u_row(row0) + p];
    s0_0 += w0 * x0;
    let x1 = u[u_row(row0 + 1u) + p];
    s1_0 += w0 * x1;
    let x2 = u[u_row(row0 + 2u) + p];
    s2_0 += w0 * x2;
    let x3 = u[u_row(row0 + 3u) + p];
    s3_0 += w0 * x3;
    let x4 = u[u_row(row0 + 4u) + p];
    s4_0 += w0 * x4;
    let x5 = u[u_row(row0 + 5u) + p];
    s5_0 += w0 * x5;
    let x6 = u[u_row(row0 + 6u) + p];
    s6_0 += w0 * x6;
    let x7 = u[u_row(row0 + 7u) + p];
    s7_0 += w0 * x7;
  }
  store(row0, c0, s0_0);
  store(row0 + 1u, c0, s1_0);
  store(row0 + 2u, c0, s2_0);
  store(row0 + 3u, c0, s3_0);
  store(row0 + 4u, c0, s4_0);
  store(row0 + 5u, c0, s5_0);
  store(row0 + 6u, c0, s6_0);
  store(row0 + 7u, c0, s7_0);
}
