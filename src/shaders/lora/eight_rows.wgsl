// What the narrow products in blocks of 8 rows by 4 columns share: where the columns stand, and the step of their sums.
// The segment of the four columns of [N, RU] from 4 * column on.
fn segment_of_columns(column: u32) -> Segment {
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (4u * column < params.segments[j].u_column + params.segments[j].rank) { break; }
  }
  return params.segments[j];
}

// The sum after four more products.
fn after(sum: vec4f, v: vec4f, m: mat4x4f) -> vec4f { return sum + m[0] * v.x + m[1] * v.y + m[2] * v.z + m[3] * v.w; }
