// du[n, c] = scale_j sum_o dy[n, o] B_j[o, r] as lora_up_backward.wgsl has it, in the same order: one invocation a block of 8 rows by 4
// columns of one adapter, four of OUT at a time. OUT, the members' widths and the ranks are multiples of 4.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32,
}
@group(0) @binding(0) var<storage, read> dy: array<vec4f>; // [N, OUT/4]
@group(0) @binding(1) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> du: array<vec4f>; // [N, RU/4]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(8)
fn lora_up_backward_block(@builtin(global_invocation_id) id: vec3u) {
  let n = params.n;
  let ru4 = params.ru / 4u;
  let eight = id.x / ru4;
  let column = id.x - eight * ru4;
  let row0 = eight * 8u;
  if (row0 >= n) { return; }
  let s = segment_of_columns(column);
  let o4 = params.out / 4u;
  let ranks = s.rank / 4u;
  // Rows beyond N repeat the last one and are not written.
  let r0 = row0 * o4;
  let r1 = min(row0 + 1u, n - 1u) * o4; let r2 = min(row0 + 2u, n - 1u) * o4; let r3 = min(row0 + 3u, n - 1u) * o4;
  let r4 = min(row0 + 4u, n - 1u) * o4; let r5 = min(row0 + 5u, n - 1u) * o4;
  let r6 = min(row0 + 6u, n - 1u) * o4; let r7 = min(row0 + 7u, n - 1u) * o4;
  var s0 = vec4f(0.0); var s1 = vec4f(0.0); var s2 = vec4f(0.0); var s3 = vec4f(0.0);
  var s4 = vec4f(0.0); var s5 = vec4f(0.0); var s6 = vec4f(0.0); var s7 = vec4f(0.0);
  var b = s.b_offset / 4u + column - s.u_column / 4u;
  let end = s.end / 4u;
  for (var o = s.start / 4u; o < end; o++) {
    let m = mat4x4f(adapter[b], adapter[b + ranks], adapter[b + 2u * ranks], adapter[b + 3u * ranks]);
    s0 = after(s0, dy[r0 + o], m);
    s1 = after(s1, dy[r1 + o], m);
    s2 = after(s2, dy[r2 + o], m);
    s3 = after(s3, dy[r3 + o], m);
    s4 = after(s4, dy[r4 + o], m);
    s5 = after(s5, dy[r5 + o], m);
    s6 = after(s6, dy[r6 + o], m);
    s7 = after(s7, dy[r7 + o], m);
    b += 4u * ranks;
  }
  let at = row0 * ru4 + column;
  du[at] = s.scale * s0;
  if (row0 + 1u < n) { du[at + ru4] = s.scale * s1; }
  if (row0 + 2u < n) { du[at + 2u * ru4] = s.scale * s2; }
  if (row0 + 3u < n) { du[at + 3u * ru4] = s.scale * s3; }
  if (row0 + 4u < n) { du[at + 4u * ru4] = s.scale * s4; }
  if (row0 + 5u < n) { du[at + 5u * ru4] = s.scale * s5; }
  if (row0 + 6u < n) { du[at + 6u * ru4] = s.scale * s6; }
  if (row0 + 7u < n) { du[at + 7u * ru4] = s.scale * s7; }
}
