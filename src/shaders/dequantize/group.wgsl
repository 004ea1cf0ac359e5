// What both variants of `dequantize` share: parameters, the member of a column of u, the adapter's rows.
// The array comes first: a uniform block wants it at a multiple of 16 bytes.
struct Params {
  segments: array<Segment, 4>,
  k: u32, out: u32, ru: u32, count: u32,
}

fn segment_of_column(c: u32) -> u32 {
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (c < params.segments[j].u_column + params.segments[j].rank) { break; }
  }
  return j;
}

// Row c of [s B^T] (TRANSPOSED 1) or of [A], at a column.
fn adapter_at(c: u32, column: u32) -> f32 {
  let s = params.segments[segment_of_column(c)];
  if (TRANSPOSED == 0u) { return adapter[s.a_offset + (c - s.u_column) * params.k + column]; }
  if (column < s.start || column >= s.end) { return 0.0; }
  return s.scale * adapter[s.b_offset + (column - s.start) * s.rank + (c - s.u_column)];
}
