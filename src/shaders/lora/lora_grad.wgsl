// dA_j[r, k] += sum_n du[n, c] drop_j(x)[n, k] and dB_j[o, r] += scale_j sum_n dy[n, o] u[n, c], every adapter of a group
// in one dispatch. One invocation a 4 by 4 block of one of them over one of S fixed stretches of tokens; it adds to its
// own partial [S, total], so gradient accumulation keeps its order.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, k: u32, out: u32, ru: u32, count: u32, total: u32, splits: u32, stream: u32, rate: f32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>; // [N, K]
@group(0) @binding(1) var<storage, read> u: array<f32>; // [N, RU]
@group(0) @binding(2) var<storage, read> dy: array<f32>; // [N, OUT]
@group(0) @binding(3) var<storage, read> du: array<f32>; // [N, RU]
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> grads: array<f32>; // [S, total]
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(64)
fn lora_grad(@builtin(global_invocation_id) id: vec3u) {
  let mine = grad_block_of(id.x, 4u);
  if (mine.segment >= params.count) { return; }
  let s = params.segments[mine.segment];
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = id.y * share;
  let last = min(first + share, params.n);
  let base = id.y * params.total;
  let is_a = mine.is_a;
  let r0 = mine.rank;
  let w0 = mine.column;
  let width = select(s.end - s.start, params.k, is_a);
  var c: array<u32, 4>;
  var w: array<u32, 4>;
  var sums: array<vec4f, 4>;
  for (var i = 0u; i < 4u; i++) {
    c[i] = s.u_column + min(r0 + i, s.rank - 1u);
    w[i] = min(w0 + i, width - 1u);
    sums[i] = vec4f(0.0);
  }
  if (is_a) {
    for (var n = first; n < last; n++) {
      let at = n * params.ru;
      let g = vec4f(du[at + c[0]], du[at + c[1]], du[at + c[2]], du[at + c[3]]);
      for (var i = 0u; i < 4u; i++) {
        let e = n * params.k + w[i];
        var v = x[e];
        if (HAS_DROPOUT == 1u) { v *= dropout_scale(step.seed, params.stream + mine.segment, e, params.rate); }
        sums[i] += v * g;
      }
    }
  } else {
    for (var n = first; n < last; n++) {
      let at = n * params.ru;
      let g = vec4f(u[at + c[0]], u[at + c[1]], u[at + c[2]], u[at + c[3]]) * s.scale;
      for (var i = 0u; i < 4u; i++) { sums[i] += dy[n * params.out + s.start + w[i]] * g; }
    }
  }
  for (var i = 0u; i < 4u; i++) {
    for (var r = 0u; r < 4u; r++) {
      if (w0 + i < width && r0 + r < s.rank) {
        let place = select(s.b_offset + (w0 + i) * s.rank + r0 + r, s.a_offset + (r0 + r) * params.k + w0 + i, is_a);
        grads[base + place] += sums[i][r];
      }
    }
  }
}
