// What comes between attention's gradient and the product behind it, in one dispatch: the parts of dk and dv added up, q's and k's gradients turned
// back as rope does with sign -1, and lora_up_backward of what that gives, du = scale dqkv B. One workgroup of 128 a block of 4 rows by 4 columns
// of one adapter; each takes its member's columns and writes a share of them.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  n: u32, out: u32, ru: u32, count: u32, t: u32, heads: u32, kv_heads: u32, d: u32, dims: u32, terms: u32,
}
@group(0) @binding(0) var<storage, read> turned: array<vec4f>; // [N, OUT / 4]; with PARTS only q's columns count
@group(0) @binding(1) var<storage, read> parts_kv: array<vec4f>; // [TERMS, N, G, 2, D / 4]
@group(0) @binding(2) var<storage, read> cos_table: array<vec4f>; // [maxT, dims / 8]
@group(0) @binding(3) var<storage, read> sin_table: array<vec4f>; // [maxT, dims / 8]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read> adapter: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> dqkv: array<vec4f>; // [N, OUT / 4]
@group(0) @binding(8) var<storage, read_write> du: array<f32>; // [N, RU]
@group(0) @binding(9) var<uniform> params: Params;

// Vector x of a head, and of its other half, of four rows: the gradient of what was turned.
struct Both { own: mat4x4f, other: mat4x4f }

fn of_queries(rows: vec4u, at: vec2u) -> Both {
  let r = rows * (params.out / 4u);
  return Both(
    mat4x4f(turned[r.x + at.x], turned[r.y + at.x], turned[r.z + at.x], turned[r.w + at.x]),
    mat4x4f(turned[r.x + at.y], turned[r.y + at.y], turned[r.z + at.y], turned[r.w + at.y]));
}

fn of_keys(rows: vec4u, at: vec2u) -> Both {
  let width = params.kv_heads * params.d / 2u;
  var sums: Both;
  for (var part = 0u; part < params.terms; part++) {
    let r = (rows + part * params.n) * width;
    sums.own += mat4x4f(parts_kv[r.x + at.x], parts_kv[r.y + at.x], parts_kv[r.z + at.x], parts_kv[r.w + at.x]);
    sums.other += mat4x4f(parts_kv[r.x + at.y], parts_kv[r.y + at.y], parts_kv[r.z + at.y], parts_kv[r.w + at.y]);
  }
  return sums;
}

// `p` counts the vectors of a row of dqkv.
fn gradient(rows: vec4u, p: u32) -> mat4x4f {
  let d4 = params.d / 4u;
  let half = params.dims / 8u;
  let head = p / d4;
  let x = p - head * d4;
  let turns = x < 2u * half && head < params.heads + params.kv_heads;
  let is_first = x < half;
  let other = select(x, select(x - half, x + half, is_first), turns);
  var both: Both;
  if (PARTS == 1u && head >= params.heads) {
    // A key's vectors and its value's lie side by side.
    let key = head - params.heads;
    let is_v = key >= params.kv_heads;
    let first = select(2u * key * d4, (2u * (key - params.kv_heads) + 1u) * d4, is_v);
    both = of_keys(rows, first + vec2u(x, other));
  } else {
    both = of_queries(rows, head * d4 + vec2u(x, other));
  }
  if (!turns) { return both.own; }
  var made: mat4x4f;
  for (var i = 0u; i < 4u; i++) {
    var position = step.position + rows[i] % params.t;
    if (HAS_DOCUMENTS == 1u) { position -= documents[rows[i]]; }
    let angle = position * half + select(x - half, x, is_first);
    let c = cos_table[angle];
    let s = -sin_table[angle];
    made[i] = select(both.own[i] * c + both.other[i] * s, both.own[i] * c - both.other[i] * s, is_first);
  }
  return made;
}

@compute @workgroup_size(128)
fn lora_up_backward_turned(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let place = block_of(group.x);
  let s = params.segments[place.x];
  let ranks = four_from(place.y, s.rank - 1u);
  let row0 = group.y * 4u;
  let rows = four_from(row0, params.n - 1u);
  let to = rows * (params.out / 4u) + s.start / 4u;
  let width = (s.end - s.start) / 4u;
  let share = (width + (s.rank + 3u) / 4u - 1u) / ((s.rank + 3u) / 4u);
  let begin = place.y / 4u * share;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let v = gradient(rows, s.start / 4u + p);
    if (p >= begin && p < begin + share) {
      dqkv[to.x + p] = v[0];
      if (row0 + 1u < params.n) { dqkv[to.y + p] = v[1]; }
      if (row0 + 2u < params.n) { dqkv[to.z + p] = v[2]; }
      if (row0 + 3u < params.n) { dqkv[to.w + p] = v[3]; }
    }
    let b = rows_from(s.b_offset + 4u * p * s.rank, s.rank, ranks);
    sums[0] += b * v[0];
    sums[1] += b * v[1];
    sums[2] += b * v[2];
    sums[3] += b * v[3];
  }
  let sum = total(sums, lane);
  let row = row0 + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { du[row * params.ru + s.u_column + rank] = s.scale * sum; }
}
