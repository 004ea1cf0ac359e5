// What the kernels that add a group's dA and dB by workgroups of 256 share: one block of 32 wide columns by 4 columns of one adapter over one of
// S fixed stretches of tokens. 8 invocations lie side by side along the wide columns, 32 share the tokens, 128 of which are taken at a
// time, and their sums are added up in a fixed order. They have x, u, dy, du, grads and a step under these names.
var<workgroup> tile: array<vec4f, 128>; // 4 columns of the narrow side of each token
var<workgroup> partial: array<f32, 2048>; // [element][half of the invocations]

fn outer(v: vec4f, g: vec4f) -> mat4x4f { return mat4x4f(v * g.x, v * g.y, v * g.z, v * g.w); }

// Adds block `index` over stretch `stretch` to `grads`.
fn add_block(index: u32, stretch: u32, lane: u32) {
  let mine = grad_block_of(index, 32u);
  let s = params.segments[mine.segment];
  let is_a = mine.is_a;
  let r0 = mine.rank;
  let w0 = mine.column;
  let width = select(s.end - s.start, params.k, is_a);
  let stride = select(params.out, params.k, is_a) / 4u;
  let column = select(s.start, 0u, is_a) / 4u + min(w0 / 4u + lane % 8u, width / 4u - 1u);
  let share = (params.n + params.splits - 1u) / params.splits;
  let first = stretch * share;
  let last = min(first + share, params.n);
  let slice = lane / 8u;
  let stream = params.stream + mine.segment;
  // Half of the invocations bring a token's columns of the narrow side each, nothing beyond the ends.
  let c = vec4u(r0, r0 + 1u, r0 + 2u, r0 + 3u);
  let from_narrow = s.u_column + min(c, vec4u(s.rank - 1u));
  let scale = select(vec4f(0.0), vec4f(select(s.scale, 1.0, is_a)), c < vec4u(s.rank));
  var sums = mat4x4f();
  for (var n = first; n < last; n += 128u) {
    workgroupBarrier();
    if (lane < 128u) {
      let at = min(n + lane, last - 1u) * params.ru + from_narrow;
      var g: vec4f;
      if (is_a) {
        g = vec4f(du[at.x], du[at.y], du[at.z], du[at.w]);
      } else {
        g = vec4f(u[at.x], u[at.y], u[at.z], u[at.w]);
      }
      tile[lane] = select(vec4f(0.0), g * scale, n + lane < last);
    }
    workgroupBarrier();
    let e = min(n + slice + vec4u(0u, 32u, 64u, 96u), vec4u(last - 1u)) * stride + column;
    if (is_a) {
      sums += outer(dropped(x[e.x], e.x, stream), tile[slice]);
      sums += outer(dropped(x[e.y], e.y, stream), tile[slice + 32u]);
      sums += outer(dropped(x[e.z], e.z, stream), tile[slice + 64u]);
      sums += outer(dropped(x[e.w], e.w, stream), tile[slice + 96u]);
    } else {
      sums += outer(dy[e.x], tile[slice]);
      sums += outer(dy[e.y], tile[slice + 32u]);
      sums += outer(dy[e.z], tile[slice + 64u]);
      sums += outer(dy[e.w], tile[slice + 96u]);
    }
  }
  let at = lane % 128u;
  if (lane >= 128u) {
    for (var i = 0u; i < 4u; i++) {
      for (var c = 0u; c < 4u; c++) { partial[(4u * i + c) * 128u + at] = sums[i][c]; }
    }
  }
  workgroupBarrier();
  if (lane < 128u) {
    for (var i = 0u; i < 4u; i++) {
      for (var c = 0u; c < 4u; c++) { partial[(4u * i + c) * 128u + at] += sums[i][c]; }
    }
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 16u; i++) { sum += partial[at / 8u * 128u + at % 8u + 8u * i]; }
  // An element of the block: [rank][column of four][8 side by side].
  let rank = r0 + lane / 32u;
  let w = w0 + lane % 8u * 4u + lane / 8u % 4u;
  if (lane >= 128u || rank >= s.rank || w >= width) { return; }
  let place = select(s.b_offset + w * s.rank + rank, s.a_offset + rank * params.k + w, is_a);
  grads[stretch * params.total + place] += sum;
}
