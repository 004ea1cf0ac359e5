// dA_j[r, k] += sum_n du[n, c] x[n, k] and dB_j[o, r] += scale_j sum_n dy[n, o] u[n, c] as lora_grad.wgsl has them, in the same
// order: one invocation a block of 4 ranks by 8 columns of K or OUT. It adds to its stretch's own partial [S, total]. No dropout.
// Widths, ranks and offsets are multiples of 4.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, out: u32, ru: u32, count: u32, total: u32, splits: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>; // [N, K/4]
@group(0) @binding(1) var<storage, read> u: array<vec4f>; // [N, RU/4]
@group(0) @binding(2) var<storage, read> dy: array<vec4f>; // [N, OUT/4]
@group(0) @binding(3) var<storage, read> du: array<vec4f>; // [N, RU/4]
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> grads: array<vec4f>; // [S, total/4]
@group(0) @binding(6) var<uniform> params: Params;

// Adds a block of 4 by 4 where its rows stand `apart`.
fn add4(at: u32, apart: u32, m: mat4x4f) {
  grads[at] += m[0]; grads[at + apart] += m[1]; grads[at + 2u * apart] += m[2]; grads[at + 3u * apart] += m[3];
}

@compute @workgroup_size(16)
fn lora_grad_block(@builtin(global_invocation_id) id: vec3u) {
  let mine = grad_block_of(id.x, 8u);
  if (mine.segment >= params.count) { return; }
  let s = params.segments[mine.segment];
  let ranks = s.rank / 4u;
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = id.y * share;
  let last = min(first + share, params.n);
  let r0 = mine.rank / 4u;
  let width = select(s.end - s.start, params.k, mine.is_a) / 4u;
  let left = mine.column / 4u;
  let right = min(left + 1u, width - 1u);
  let ru4 = params.ru / 4u;
  var at = first * ru4 + s.u_column / 4u + r0;
  // A sum a rank, of four columns on the left and of four on the right.
  var l0 = vec4f(0.0); var l1 = vec4f(0.0); var l2 = vec4f(0.0); var l3 = vec4f(0.0);
  var r_0 = vec4f(0.0); var r_1 = vec4f(0.0); var r_2 = vec4f(0.0); var r_3 = vec4f(0.0);
  let base = id.y * params.total / 4u;
  if (mine.is_a) {
    let k4 = params.k / 4u;
    for (var n = first; n < last; n++) {
      let g = du[at];
      let v = x[n * k4 + left];
      let w = x[n * k4 + right];
      l0 += v * g.x; l1 += v * g.y; l2 += v * g.z; l3 += v * g.w;
      r_0 += w * g.x; r_1 += w * g.y; r_2 += w * g.z; r_3 += w * g.w;
      at += ru4;
    }
    let to = base + (s.a_offset + r0 * 4u * params.k) / 4u + left;
    add4(to, k4, mat4x4f(l0, l1, l2, l3));
    if (left + 1u < width) { add4(to + 1u, k4, mat4x4f(r_0, r_1, r_2, r_3)); }
    return;
  }
  let o4 = params.out / 4u;
  let member = s.start / 4u;
  let scale = s.scale;
  for (var n = first; n < last; n++) {
    let g = u[at] * scale;
    let v = dy[n * o4 + member + left];
    let w = dy[n * o4 + member + right];
    l0 += v * g.x; l1 += v * g.y; l2 += v * g.z; l3 += v * g.w;
    r_0 += w * g.x; r_1 += w * g.y; r_2 += w * g.z; r_3 += w * g.w;
    at += ru4;
  }
  let to = base + s.b_offset / 4u + left * 4u * ranks + r0;
  add4(to, ranks, transpose(mat4x4f(l0, l1, l2, l3)));
  if (left + 1u < width) { add4(to + 4u * ranks, ranks, transpose(mat4x4f(r_0, r_1, r_2, r_3))); }
}
