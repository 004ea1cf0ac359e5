// y = [a | u] b (+ residual, or + y): each invocation keeps 8 rows of 16 columns in registers, for adapters with many
// registers, or where a multiply-add costs more than a read. Otherwise as matmul.wgsl.
struct Params { n: u32, k: u32, m: u32, ru: u32, a_stride: u32, a_offset: u32, y_stride: u32, y_offset: u32 }
@group(0) @binding(0) var<storage, read> a: array<vec4f>; // [N, K/4], rows a_stride apart
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> b: array<vec4f>; // [K + RU, M/4]
@group(0) @binding(3) var<storage, read> residual: array<vec4f>; // [N, M/4]
@group(0) @binding(4) var<storage, read_write> y: array<vec4f>; // [N, M/4], rows y_stride apart
@group(0) @binding(5) var<uniform> params: Params;

fn a_row(row: u32) -> u32 { return (min(row, params.n - 1u) * params.a_stride + params.a_offset) / 4u; }
fn u_row(row: u32) -> u32 { return min(row, params.n - 1u) * params.ru; }

fn store(row: u32, column: u32, sum: vec4f) {
  if (row >= params.n || column >= params.m / 4u) { return; }
  let at = (row * params.y_stride + params.y_offset) / 4u + column;
  var value = sum;
  if (ADDS == ADD_RESIDUAL) { value += residual[row * (params.m / 4u) + column]; }
  if (ADDS == ADD_Y) { value += y[at]; }
  y[at] = value;
}

@compute @workgroup_size(4, 4)
fn matmul_wide(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m4 = params.m / 4u;
  let row0 = (group.y * 4u + local.y) * 8u;
  let c0 = group.x * 16u + local.x;
  let d0 = min(c0, m4 - 1u);
  let c1 = group.x * 16u + local.x + 4u;
  let d1 = min(c1, m4 - 1u);
  let c2 = group.x * 16u + local.x + 8u;
  let d2 = min(c2, m4 - 1u);
  let c3 = group.x * 16u + local.x + 12u;
  let d3 = min(c3, m4 - 1u);
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
  var s0_1 = vec4f(0.0); var s1_1 = vec4f(0.0); var s2_1 = vec4f(0.0); var s3_1 = vec4f(0.0);
  var s4_1 = vec4f(0.0); var s5_1 = vec4f(0.0); var s6_1 = vec4f(0.0); var s7_1 = vec4f(0.0);
  var s0_2 = vec4f(0.0); var s1_2 = vec4f(0.0); var s2_2 = vec4f(0.0); var s3_2 = vec4f(0.0);
  var s4_2 = vec4f(0.0); var s5_2 = vec4f(0.0); var s6_2 = vec4f(0.0); var s7_2 = vec4f(0.0);
  var s0_3 = vec4f(0.0); var s1_3 = vec4f(0.0); var s2_3 = vec4f(0.0); var s3_3 = vec4f(0.0);
  var s4_3 = vec4f(0.0); var s5_3 = vec4f(0.0); var s6_3 = vec4f(0.0); var s7_3 = vec4f(0.0);
  for (var p = 0u; p < params.k / 4u; p++) {
    let at = p * 4u * m4;
    let w0 = mat4x4f(b[at + d0], b[at + m4 + d0], b[at + 2u * m4 + d0], b[at + 3u * m4 + d0]);
    let w1 = mat4x4f(b[at + d1], b[at + m4 + d1], b[at + 2u * m4 + d1], b[at + 3u * m4 + d1]);
    let w2 = mat4x4f(b[at + d2], b[at + m4 + d2], b[at + 2u * m4 + d2], b[at + 3u * m4 + d2]);
    let w3 = mat4x4f(b[at + d3], b[at + m4 + d3], b[at + 2u * m4 + d3], b[at + 3u * m4 + d3]);
    let x0 = a[a0 + p];
    s0_0 += w0 * x0; s0_1 += w1 * x0; s0_2 += w2 * x0; s0_3 += w3 * x0;
    let x1 = a[a1 + p];
    s1_0 += w0 * x1; s1_1 += w1 * x1; s1_2 += w2 * x1; s1_3 += w3 * x1;
    let x2 = a[a2 + p];
    s2_0 += w0 * x2; s2_1 += w1 * x2; s2_2 += w2 * x2; s2_3 += w3 * x2;
    let x3 = a[a3 + p];
    s3_0 += w0 * x3; s3_1 += w1 * x3; s3_2 += w2 * x3; s3_3 += w3 * x3;
    let x4 = a[a4 + p];
    s4_0 += w0 * x4; s4_1 += w1 * x4; s4_2 += w2 * x4; s4_3 += w3 * x4;
    let x5 = a[a5 + p];
    s5_0 += w0 * x5; s5_1 += w1 * x5; s5_2 += w2 * x5; s5_3 += w3 * x5;
    let x6 = a[a6 + p];
    s6_0 += w0 * x6; s6_1 += w1 * x6; s6_2 += w2 * x6; s6_3 += w3 * x6;
    let x7 = a[a7 + p];
    s7_0 += w0 * x7; s7_1 += w1 * x7; s7_2 += w2 * x7; s7_3 += w3 * x7;
  }
  for (var p = 0u; p < params.ru; p++) {
    let at = (params.k + p) * m4;
    let w0 = b[at + d0];
    let w1 = b[at + d1];
    let w2 = b[at + d2];
    let w3 = b[at + d3];
    let x0 = u[u_row(row0) + p];
    s0_0 += w0 * x0; s0_1 += w1 * x0; s0_2 += w2 * x0; s0_3 += w3 * x0;
    let x1 = u[u_row(row0 + 1u) + p];
    s1_0 += w0 * x1; s1_1 += w1 * x1; s1_2 += w2 * x1; s1_3 += w3 * x1;
    let x2 = u[u_row(row0 + 2u) + p];
    s2_0 += w0 * x2; s2_1 += w1 * x2; s2_2 += w2 * x2; s2_3 += w3 * x2;
    let x3 = u[u_row(row0 + 3u) + p];
    s3_0 += w0 * x3; s3_1 += w1 * x3; s3_2 += w2 * x3; s3_3 += w3 * x3;
    let x4 = u[u_row(row0 + 4u) + p];
    s4_0 += w0 * x4; s4_1 += w1 * x4; s4_2 += w2 * x4; s4_3 += w3 * x4;
    let x5 = u[u_row(row0 + 5u) + p];
    s5_0 += w0 * x5; s5_1 += w1 * x5; s5_2 += w2 * x5; s5_3 += w3 * x5;
    let x6 = u[u_row(row0 + 6u) + p];
    s6_0 += w0 * x6; s6_1 += w1 * x6; s6_2 += w2 * x6; s6_3 += w3 * x6;
    let x7 = u[u_row(row0 + 7u) + p];
    s7_0 += w0 * x7; s7_1 += w1 * x7; s7_2 += w2 * x7; s7_3 += w3 * x7;
  }
  store(row0, c0, s0_0); store(row0, c1, s0_1); store(row0, c2, s0_2); store(row0, c3, s0_3);
  store(row0 + 1u, c0, s1_0); store(row0 + 1u, c1, s1_1); store(row0 + 1u, c2, s1_2); store(row0 + 1u, c3, s1_3);
  store(row0 + 2u, c0, s2_0); store(row0 + 2u, c1, s2_1); store(row0 + 2u, c2, s2_2); store(row0 + 2u, c3, s2_3);
  store(row0 + 3u, c0, s3_0); store(row0 + 3u, c1, s3_1); store(row0 + 3u, c2, s3_2); store(row0 + 3u, c3, s3_3);
  store(row0 + 4u, c0, s4_0); store(row0 + 4u, c1, s4_1); store(row0 + 4u, c2, s4_2); store(row0 + 4u, c3, s4_3);
  store(row0 + 5u, c0, s5_0); store(row0 + 5u, c1, s5_1); store(row0 + 5u, c2, s5_2); store(row0 + 5u, c3, s5_3);
  store(row0 + 6u, c0, s6_0); store(row0 + 6u, c1, s6_1); store(row0 + 6u, c2, s6_2); store(row0 + 6u, c3, s6_3);
  store(row0 + 7u, c0, s7_0); store(row0 + 7u, c1, s7_1); store(row0 + 7u, c2, s7_2); store(row0 + 7u, c3, s7_3);
}
