// B's rows as the products along OUT read them from `adapter`, an array of vectors. RANKS_OF_4 1: all ranks are multiples of 4.
fn element(at: u32) -> f32 {
  let four = adapter[at / 4u];
  return four[at % 4u];
}

fn row_of(at: u32, ranks: vec4u) -> vec4f {
  if (RANKS_OF_4 == 1u) { return adapter[(at + ranks.x) / 4u]; }
  return vec4f(element(at + ranks.x), element(at + ranks.y), element(at + ranks.z), element(at + ranks.w));
}

// Four rows from `at` on, a column of the matrix each.
fn rows_from(at: u32, rank: u32, ranks: vec4u) -> mat4x4f {
  return mat4x4f(row_of(at, ranks), row_of(at + rank, ranks), row_of(at + 2u * rank, ranks), row_of(at + 3u * rank, ranks));
}
