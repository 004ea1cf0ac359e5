// What lora_down_gated and its variant over parts share: h = silu(gate) up of 4 rows by a share of the columns, and u of a block of 4 columns of one
// adapter. They have `gates`, where gate and up come from, and `keep`, what they do with them where it is this workgroup's to write.
struct Gates { gate: mat4x4f, up: mat4x4f } // a vector of four rows each

// As swiglu has them.
fn open_gate(a: vec4f, up: vec4f) -> vec4f { return a / (1.0 + exp(min(-a, vec4f(80.0)))) * up; }

fn down_gated(group: vec3u, groups: vec3u, lane: u32) {
  let place = block_of(group.x);
  let j = place.x;
  let s = params.segments[j];
  let stream = params.stream + j;
  let width = params.k / 4u;
  let row0 = group.y * 4u;
  let rows = four_from(row0, params.n - 1u) * width;
  let ranks = four_from(place.y, s.rank - 1u) * width + s.a_offset / 4u;
  let share = (width + groups.x - 1u) / groups.x;
  let begin = group.x * share;
  var sums = mat4x4f();
  for (var p = lane; p < width; p += 128u) {
    let g = gates(rows, p, width);
    let v = mat4x4f(
      open_gate(g.gate[0], g.up[0]), open_gate(g.gate[1], g.up[1]),
      open_gate(g.gate[2], g.up[2]), open_gate(g.gate[3], g.up[3]));
    if (p >= begin && p < begin + share) {
      h[rows.x + p] = v[0];
      if (row0 + 1u < params.n) { h[rows.y + p] = v[1]; }
      if (row0 + 2u < params.n) { h[rows.z + p] = v[2]; }
      if (row0 + 3u < params.n) { h[rows.w + p] = v[3]; }
      keep(g, rows, p, width, params.n - row0);
    }
    let a = mat4x4f(adapter[ranks.x + p], adapter[ranks.y + p], adapter[ranks.z + p], adapter[ranks.w + p]);
    sums[0] += dropped(v[0], rows.x + p, stream) * a;
    sums[1] += dropped(v[1], rows.y + p, stream) * a;
    sums[2] += dropped(v[2], rows.z + p, stream) * a;
    sums[3] += dropped(v[3], rows.w + p, stream) * a;
  }
  let sum = total(sums, lane);
  let row = row0 + lane / 4u;
  let rank = place.y + lane % 4u;
  if (lane < 16u && row < params.n && rank < s.rank) { u[row * params.ru + s.u_column + rank] = sum; }
}
