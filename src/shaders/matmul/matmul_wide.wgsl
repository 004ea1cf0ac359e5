// y = [a | u] b (+ residual, or + y): each invocation keeps 32 rows of 16 columns, for adapters where an operation costs more
// than the place of its operands (software ones that interpret). Rows are uniform in a workgroup, as in matmul.wgsl.
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

fn store4(row: u32, c: vec4u, s0: vec4f, s1: vec4f, s2: vec4f, s3: vec4f) {
  store(row, c.x, s0); store(row, c.y, s1);
  store(row, c.z, s2); store(row, c.w, s3);
}

@compute @workgroup_size(4)
fn matmul_wide(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let m4 = params.m / 4u;
  let row0 = group.y * 32u; let zero = vec4f(0.0);
  let c = vec4u(0u, 4u, 8u, 12u) + group.x * 16u + local.x;
  let d = min(c, vec4u(m4 - 1u));
  let a0 = a_row(row0 + 0u); let a1 = a_row(row0 + 1u); let a2 = a_row(row0 + 2u); let a3 = a_row(row0 + 3u);
  let a4 = a_row(row0 + 4u); let a5 = a_row(row0 + 5u); let a6 = a_row(row0 + 6u); let a7 = a_row(row0 + 7u);
  let a8 = a_row(row0 + 8u); let a9 = a_row(row0 + 9u); let a10 = a_row(row0 + 10u); let a11 = a_row(row0 + 11u);
  let a12 = a_row(row0 + 12u); let a13 = a_row(row0 + 13u); let a14 = a_row(row0 + 14u); let a15 = a_row(row0 + 15u);
  let a16 = a_row(row0 + 16u); let a17 = a_row(row0 + 17u); let a18 = a_row(row0 + 18u); let a19 = a_row(row0 + 19u);
  let a20 = a_row(row0 + 20u); let a21 = a_row(row0 + 21u); let a22 = a_row(row0 + 22u); let a23 = a_row(row0 + 23u);
  let a24 = a_row(row0 + 24u); let a25 = a_row(row0 + 25u); let a26 = a_row(row0 + 26u); let a27 = a_row(row0 + 27u);
  let a28 = a_row(row0 + 28u); let a29 = a_row(row0 + 29u); let a30 = a_row(row0 + 30u); let a31 = a_row(row0 + 31u);
  var s0_0 = zero; var s0_1 = zero; var s0_2 = zero; var s0_3 = zero; var s1_0 = zero; var s1_1 = zero; var s1_2 = zero; var s1_3 = zero;
  var s2_0 = zero; var s2_1 = zero; var s2_2 = zero; var s2_3 = zero; var s3_0 = zero; var s3_1 = zero; var s3_2 = zero; var s3_3 = zero;
  var s4_0 = zero; var s4_1 = zero; var s4_2 = zero; var s4_3 = zero; var s5_0 = zero; var s5_1 = zero; var s5_2 = zero; var s5_3 = zero;
  var s6_0 = zero; var s6_1 = zero; var s6_2 = zero; var s6_3 = zero; var s7_0 = zero; var s7_1 = zero; var s7_2 = zero; var s7_3 = zero;
  var s8_0 = zero; var s8_1 = zero; var s8_2 = zero; var s8_3 = zero; var s9_0 = zero; var s9_1 = zero; var s9_2 = zero; var s9_3 = zero;
  var s10_0 = zero; var s10_1 = zero; var s10_2 = zero; var s10_3 = zero; var s11_0 = zero; var s11_1 = zero; var s11_2 = zero; var s11_3 = zero;
  var s12_0 = zero; var s12_1 = zero; var s12_2 = zero; var s12_3 = zero; var s13_0 = zero; var s13_1 = zero; var s13_2 = zero; var s13_3 = zero;
  var s14_0 = zero; var s14_1 = zero; var s14_2 = zero; var s14_3 = zero; var s15_0 = zero; var s15_1 = zero; var s15_2 = zero; var s15_3 = zero;
  var s16_0 = zero; var s16_1 = zero; var s16_2 = zero; var s16_3 = zero; var s17_0 = zero; var s17_1 = zero; var s17_2 = zero; var s17_3 = zero;
  var s18_0 = zero; var s18_1 = zero; var s18_2 = zero; var s18_3 = zero; var s19_0 = zero; var s19_1 = zero; var s19_2 = zero; var s19_3 = zero;
  var s20_0 = zero; var s20_1 = zero; var s20_2 = zero; var s20_3 = zero; var s21_0 = zero; var s21_1 = zero; var s21_2 = zero; var s21_3 = zero;
  var s22_0 = zero; var s22_1 = zero; var s22_2 = zero; var s22_3 = zero; var s23_0 = zero; var s23_1 = zero; var s23_2 = zero; var s23_3 = zero;
  var s24_0 = zero; var s24_1 = zero; var s24_2 = zero; var s24_3 = zero; var s25_0 = zero; var s25_1 = zero; var s25_2 = zero; var s25_3 = zero;
  var s26_0 = zero; var s26_1 = zero; var s26_2 = zero; var s26_3 = zero; var s27_0 = zero; var s27_1 = zero; var s27_2 = zero; var s27_3 = zero;
  var s28_0 = zero; var s28_1 = zero; var s28_2 = zero; var s28_3 = zero; var s29_0 = zero; var s29_1 = zero; var s29_2 = zero; var s29_3 = zero;
  var s30_0 = zero; var s30_1 = zero; var s30_2 = zero; var s30_3 = zero; var s31_0 = zero; var s31_1 = zero; var s31_2 = zero; var s31_3 = zero;
  for (var p = 0u; p < params.k / 4u; p++) {
    let at = d + p * 4u * m4;
    let w0 = mat4x4f(b4(at.x), b4(at.x + m4), b4(at.x + 2u * m4), b4(at.x + 3u * m4));
    let w1 = mat4x4f(b4(at.y), b4(at.y + m4), b4(at.y + 2u * m4), b4(at.y + 3u * m4));
    let w2 = mat4x4f(b4(at.z), b4(at.z + m4), b4(at.z + 2u * m4), b4(at.z + 3u * m4));
    let w3 = mat4x4f(b4(at.w), b4(at.w + m4), b4(at.w + 2u * m4), b4(at.w + 3u * m4));
    let x0 = a[a0 + p]; s0_0 += w0 * x0; s0_1 += w1 * x0; s0_2 += w2 * x0; s0_3 += w3 * x0;
    let x1 = a[a1 + p]; s1_0 += w0 * x1; s1_1 += w1 * x1; s1_2 += w2 * x1; s1_3 += w3 * x1;
    let x2 = a[a2 + p]; s2_0 += w0 * x2; s2_1 += w1 * x2; s2_2 += w2 * x2; s2_3 += w3 * x2;
    let x3 = a[a3 + p]; s3_0 += w0 * x3; s3_1 += w1 * x3; s3_2 += w2 * x3; s3_3 += w3 * x3;
    let x4 = a[a4 + p]; s4_0 += w0 * x4; s4_1 += w1 * x4; s4_2 += w2 * x4; s4_3 += w3 * x4;
    let x5 = a[a5 + p]; s5_0 += w0 * x5; s5_1 += w1 * x5; s5_2 += w2 * x5; s5_3 += w3 * x5;
    let x6 = a[a6 + p]; s6_0 += w0 * x6; s6_1 += w1 * x6; s6_2 += w2 * x6; s6_3 += w3 * x6;
    let x7 = a[a7 + p]; s7_0 += w0 * x7; s7_1 += w1 * x7; s7_2 += w2 * x7; s7_3 += w3 * x7;
    let x8 = a[a8 + p]; s8_0 += w0 * x8; s8_1 += w1 * x8; s8_2 += w2 * x8; s8_3 += w3 * x8;
    let x9 = a[a9 + p]; s9_0 += w0 * x9; s9_1 += w1 * x9; s9_2 += w2 * x9; s9_3 += w3 * x9;
    let x10 = a[a10 + p]; s10_0 += w0 * x10; s10_1 += w1 * x10; s10_2 += w2 * x10; s10_3 += w3 * x10;
    let x11 = a[a11 + p]; s11_0 += w0 * x11; s11_1 += w1 * x11; s11_2 += w2 * x11; s11_3 += w3 * x11;
    let x12 = a[a12 + p]; s12_0 += w0 * x12; s12_1 += w1 * x12; s12_2 += w2 * x12; s12_3 += w3 * x12;
    let x13 = a[a13 + p]; s13_0 += w0 * x13; s13_1 += w1 * x13; s13_2 += w2 * x13; s13_3 += w3 * x13;
    let x14 = a[a14 + p]; s14_0 += w0 * x14; s14_1 += w1 * x14; s14_2 += w2 * x14; s14_3 += w3 * x14;
    let x15 = a[a15 + p]; s15_0 += w0 * x15; s15_1 += w1 * x15; s15_2 += w2 * x15; s15_3 += w3 * x15;
    let x16 = a[a16 + p]; s16_0 += w0 * x16; s16_1 += w1 * x16; s16_2 += w2 * x16; s16_3 += w3 * x16;
    let x17 = a[a17 + p]; s17_0 += w0 * x17; s17_1 += w1 * x17; s17_2 += w2 * x17; s17_3 += w3 * x17;
    let x18 = a[a18 + p]; s18_0 += w0 * x18; s18_1 += w1 * x18; s18_2 += w2 * x18; s18_3 += w3 * x18;
    let x19 = a[a19 + p]; s19_0 += w0 * x19; s19_1 += w1 * x19; s19_2 += w2 * x19; s19_3 += w3 * x19;
    let x20 = a[a20 + p]; s20_0 += w0 * x20; s20_1 += w1 * x20; s20_2 += w2 * x20; s20_3 += w3 * x20;
    let x21 = a[a21 + p]; s21_0 += w0 * x21; s21_1 += w1 * x21; s21_2 += w2 * x21; s21_3 += w3 * x21;
    let x22 = a[a22 + p]; s22_0 += w0 * x22; s22_1 += w1 * x22; s22_2 += w2 * x22; s22_3 += w3 * x22;
    let x23 = a[a23 + p]; s23_0 += w0 * x23; s23_1 += w1 * x23; s23_2 += w2 * x23; s23_3 += w3 * x23;
    let x24 = a[a24 + p]; s24_0 += w0 * x24; s24_1 += w1 * x24; s24_2 += w2 * x24; s24_3 += w3 * x24;
    let x25 = a[a25 + p]; s25_0 += w0 * x25; s25_1 += w1 * x25; s25_2 += w2 * x25; s25_3 += w3 * x25;
    let x26 = a[a26 + p]; s26_0 += w0 * x26; s26_1 += w1 * x26; s26_2 += w2 * x26; s26_3 += w3 * x26;
    let x27 = a[a27 + p]; s27_0 += w0 * x27; s27_1 += w1 * x27; s27_2 += w2 * x27; s27_3 += w3 * x27;
    let x28 = a[a28 + p]; s28_0 += w0 * x28; s28_1 += w1 * x28; s28_2 += w2 * x28; s28_3 += w3 * x28;
    let x29 = a[a29 + p]; s29_0 += w0 * x29; s29_1 += w1 * x29; s29_2 += w2 * x29; s29_3 += w3 * x29;
    let x30 = a[a30 + p]; s30_0 += w0 * x30; s30_1 += w1 * x30; s30_2 += w2 * x30; s30_3 += w3 * x30;
    let x31 = a[a31 + p]; s31_0 += w0 * x31; s31_1 += w1 * x31; s31_2 += w2 * x31; s31_3 += w3 * x31;
  }
  for (var p = 0u; p < params.ru; p++) {
    let at = d + (params.k + p) * m4;
    let w0 = b4(at.x); let w1 = b4(at.y); let w2 = b4(at.z); let w3 = b4(at.w);
    let x0 = u[u_row(row0 + 0u) + p]; s0_0 += w0 * x0; s0_1 += w1 * x0; s0_2 += w2 * x0; s0_3 += w3 * x0;
    let x1 = u[u_row(row0 + 1u) + p]; s1_0 += w0 * x1; s1_1 += w1 * x1; s1_2 += w2 * x1; s1_3 += w3 * x1;
    let x2 = u[u_row(row0 + 2u) + p]; s2_0 += w0 * x2; s2_1 += w1 * x2; s2_2 += w2 * x2; s2_3 += w3 * x2;
    let x3 = u[u_row(row0 + 3u) + p]; s3_0 += w0 * x3; s3_1 += w1 * x3; s3_2 += w2 * x3; s3_3 += w3 * x3;
    let x4 = u[u_row(row0 + 4u) + p]; s4_0 += w0 * x4; s4_1 += w1 * x4; s4_2 += w2 * x4; s4_3 += w3 * x4;
    let x5 = u[u_row(row0 + 5u) + p]; s5_0 += w0 * x5; s5_1 += w1 * x5; s5_2 += w2 * x5; s5_3 += w3 * x5;
    let x6 = u[u_row(row0 + 6u) + p]; s6_0 += w0 * x6; s6_1 += w1 * x6; s6_2 += w2 * x6; s6_3 += w3 * x6;
    let x7 = u[u_row(row0 + 7u) + p]; s7_0 += w0 * x7; s7_1 += w1 * x7; s7_2 += w2 * x7; s7_3 += w3 * x7;
    let x8 = u[u_row(row0 + 8u) + p]; s8_0 += w0 * x8; s8_1 += w1 * x8; s8_2 += w2 * x8; s8_3 += w3 * x8;
    let x9 = u[u_row(row0 + 9u) + p]; s9_0 += w0 * x9; s9_1 += w1 * x9; s9_2 += w2 * x9; s9_3 += w3 * x9;
    let x10 = u[u_row(row0 + 10u) + p]; s10_0 += w0 * x10; s10_1 += w1 * x10; s10_2 += w2 * x10; s10_3 += w3 * x10;
    let x11 = u[u_row(row0 + 11u) + p]; s11_0 += w0 * x11; s11_1 += w1 * x11; s11_2 += w2 * x11; s11_3 += w3 * x11;
    let x12 = u[u_row(row0 + 12u) + p]; s12_0 += w0 * x12; s12_1 += w1 * x12; s12_2 += w2 * x12; s12_3 += w3 * x12;
    let x13 = u[u_row(row0 + 13u) + p]; s13_0 += w0 * x13; s13_1 += w1 * x13; s13_2 += w2 * x13; s13_3 += w3 * x13;
    let x14 = u[u_row(row0 + 14u) + p]; s14_0 += w0 * x14; s14_1 += w1 * x14; s14_2 += w2 * x14; s14_3 += w3 * x14;
    let x15 = u[u_row(row0 + 15u) + p]; s15_0 += w0 * x15; s15_1 += w1 * x15; s15_2 += w2 * x15; s15_3 += w3 * x15;
    let x16 = u[u_row(row0 + 16u) + p]; s16_0 += w0 * x16; s16_1 += w1 * x16; s16_2 += w2 * x16; s16_3 += w3 * x16;
    let x17 = u[u_row(row0 + 17u) + p]; s17_0 += w0 * x17; s17_1 += w1 * x17; s17_2 += w2 * x17; s17_3 += w3 * x17;
    let x18 = u[u_row(row0 + 18u) + p]; s18_0 += w0 * x18; s18_1 += w1 * x18; s18_2 += w2 * x18; s18_3 += w3 * x18;
    let x19 = u[u_row(row0 + 19u) + p]; s19_0 += w0 * x19; s19_1 += w1 * x19; s19_2 += w2 * x19; s19_3 += w3 * x19;
    let x20 = u[u_row(row0 + 20u) + p]; s20_0 += w0 * x20; s20_1 += w1 * x20; s20_2 += w2 * x20; s20_3 += w3 * x20;
    let x21 = u[u_row(row0 + 21u) + p]; s21_0 += w0 * x21; s21_1 += w1 * x21; s21_2 += w2 * x21; s21_3 += w3 * x21;
    let x22 = u[u_row(row0 + 22u) + p]; s22_0 += w0 * x22; s22_1 += w1 * x22; s22_2 += w2 * x22; s22_3 += w3 * x22;
    let x23 = u[u_row(row0 + 23u) + p]; s23_0 += w0 * x23; s23_1 += w1 * x23; s23_2 += w2 * x23; s23_3 += w3 * x23;
    let x24 = u[u_row(row0 + 24u) + p]; s24_0 += w0 * x24; s24_1 += w1 * x24; s24_2 += w2 * x24; s24_3 += w3 * x24;
    let x25 = u[u_row(row0 + 25u) + p]; s25_0 += w0 * x25; s25_1 += w1 * x25; s25_2 += w2 * x25; s25_3 += w3 * x25;
    let x26 = u[u_row(row0 + 26u) + p]; s26_0 += w0 * x26; s26_1 += w1 * x26; s26_2 += w2 * x26; s26_3 += w3 * x26;
    let x27 = u[u_row(row0 + 27u) + p]; s27_0 += w0 * x27; s27_1 += w1 * x27; s27_2 += w2 * x27; s27_3 += w3 * x27;
    let x28 = u[u_row(row0 + 28u) + p]; s28_0 += w0 * x28; s28_1 += w1 * x28; s28_2 += w2 * x28; s28_3 += w3 * x28;
    let x29 = u[u_row(row0 + 29u) + p]; s29_0 += w0 * x29; s29_1 += w1 * x29; s29_2 += w2 * x29; s29_3 += w3 * x29;
    let x30 = u[u_row(row0 + 30u) + p]; s30_0 += w0 * x30; s30_1 += w1 * x30; s30_2 += w2 * x30; s30_3 += w3 * x30;
    let x31 = u[u_row(row0 + 31u) + p]; s31_0 += w0 * x31; s31_1 += w1 * x31; s31_2 += w2 * x31; s31_3 += w3 * x31;
  }
  store4(row0 + 0u, c, s0_0, s0_1, s0_2, s0_3); store4(row0 + 1u, c, s1_0, s1_1, s1_2, s1_3);
  store4(row0 + 2u, c, s2_0, s2_1, s2_2, s2_3); store4(row0 + 3u, c, s3_0, s3_1, s3_2, s3_3);
  store4(row0 + 4u, c, s4_0, s4_1, s4_2, s4_3); store4(row0 + 5u, c, s5_0, s5_1, s5_2, s5_3);
  store4(row0 + 6u, c, s6_0, s6_1, s6_2, s6_3); store4(row0 + 7u, c, s7_0, s7_1, s7_2, s7_3);
  store4(row0 + 8u, c, s8_0, s8_1, s8_2, s8_3); store4(row0 + 9u, c, s9_0, s9_1, s9_2, s9_3);
  store4(row0 + 10u, c, s10_0, s10_1, s10_2, s10_3); store4(row0 + 11u, c, s11_0, s11_1, s11_2, s11_3);
  store4(row0 + 12u, c, s12_0, s12_1, s12_2, s12_3); store4(row0 + 13u, c, s13_0, s13_1, s13_2, s13_3);
  store4(row0 + 14u, c, s14_0, s14_1, s14_2, s14_3); store4(row0 + 15u, c, s15_0, s15_1, s15_2, s15_3);
  store4(row0 + 16u, c, s16_0, s16_1, s16_2, s16_3); store4(row0 + 17u, c, s17_0, s17_1, s17_2, s17_3);
  store4(row0 + 18u, c, s18_0, s18_1, s18_2, s18_3); store4(row0 + 19u, c, s19_0, s19_1, s19_2, s19_3);
  store4(row0 + 20u, c, s20_0, s20_1, s20_2, s20_3); store4(row0 + 21u, c, s21_0, s21_1, s21_2, s21_3);
  store4(row0 + 22u, c, s22_0, s22_1, s22_2, s22_3); store4(row0 + 23u, c, s23_0, s23_1, s23_2, s23_3);
  store4(row0 + 24u, c, s24_0, s24_1, s24_2, s24_3); store4(row0 + 25u, c, s25_0, s25_1, s25_2, s25_3);
  store4(row0 + 26u, c, s26_0, s26_1, s26_2, s26_3); store4(row0 + 27u, c, s27_0, s27_1, s27_2, s27_3);
  store4(row0 + 28u, c, s28_0, s28_1, s28_2, s28_3); store4(row0 + 29u, c, s29_0, s29_1, s29_2, s29_3);
  store4(row0 + 30u, c, s30_0, s30_1, s30_2, s30_3); store4(row0 + 31u, c, s31_0, s31_1, s31_2, s31_3);
}
