// u[n, c] = sum_k x[n, k] A_j[r, k] as lora_down.wgsl has it, in the same order: one invocation a block of 8 rows by 4 columns of one
// adapter, four of K at a time. K and the ranks are multiples of 4. No dropout: its generator eight times over takes long to compile.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, ru: u32, count: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> u: array<vec4f>; // [N, RU/4]
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(8)
fn lora_down_block(@builtin(global_invocation_id) id: vec3u) {
  let n = params.n;
  let ru4 = params.ru / 4u;
  let eight = id.x / ru4;
  let column = id.x - eight * ru4;
  let row0 = eight * 8u;
  if (row0 >= n) { return; }
  let s = segment_of_columns(column);
  let k4 = params.k / 4u;
  let p0 = (s.a_offset + (column * 4u - s.u_column) * params.k) / 4u;
  let p1 = p0 + k4; let p2 = p1 + k4; let p3 = p2 + k4;
  // Rows beyond N repeat the last one and are not written.
  let r0 = row0 * k4;
  let r1 = min(row0 + 1u, n - 1u) * k4; let r2 = min(row0 + 2u, n - 1u) * k4; let r3 = min(row0 + 3u, n - 1u) * k4;
  let r4 = min(row0 + 4u, n - 1u) * k4; let r5 = min(row0 + 5u, n - 1u) * k4;
  let r6 = min(row0 + 6u, n - 1u) * k4; let r7 = min(row0 + 7u, n - 1u) * k4;
  var s0 = vec4f(0.0); var s1 = vec4f(0.0); var s2 = vec4f(0.0); var s3 = vec4f(0.0);
  var s4 = vec4f(0.0); var s5 = vec4f(0.0); var s6 = vec4f(0.0); var s7 = vec4f(0.0);
  for (var p = 0u; p < k4; p++) {
    let m = transpose(mat4x4f(adapter[p0 + p], adapter[p1 + p], adapter[p2 + p], adapter[p3 + p]));
    s0 = after(s0, x[r0 + p], m);
    s1 = after(s1, x[r1 + p], m);
    s2 = after(s2, x[r2 + p], m);
    s3 = after(s3, x[r3 + p], m);
    s4 = after(s4, x[r4 + p], m);
    s5 = after(s5, x[r5 + p], m);
    s6 = after(s6, x[r6 + p], m);
    s7 = after(s7, x[r7 + p], m);
  }
  let at = row0 * ru4 + column;
  u[at] = s0;
  if (row0 + 1u < n) { u[at + ru4] = s1; }
  if (row0 + 2u < n) { u[at + 2u * ru4] = s2; }
  if (row0 + 3u < n) { u[at + 3u * ru4] = s3; }
  if (row0 + 4u < n) { u[at + 4u * ru4] = s4; }
  if (row0 + 5u < n) { u[at + 5u * ru4] = s5; }
  if (row0 + 6u < n) { u[at + 6u * ru4] = s6; }
  if (row0 + 7u < n) { u[at + 7u * ru4] = s7; }
}
