// Which block of which gradient a number of blocks stands for: adapter by adapter, those of A, then those of B; a block is of 4 ranks by
// `wide` columns of K or OUT, blocks of neighbouring ranks side by side.
struct GradBlock {
  segment: u32, // params.count: there is none any more
  is_a: bool,
  rank: u32, // the first of the four
  column: u32, // the first, within K or the member
}

fn grad_block_of(index: u32, wide: u32) -> GradBlock {
  var item = index;
  for (var j = 0u; j < params.count; j++) {
    let s = params.segments[j];
    let ranks = (s.rank + 3u) / 4u;
    let of_a = ranks * ((params.k + wide - 1u) / wide);
    let of_b = ranks * ((s.end - s.start + wide - 1u) / wide);
    if (item < of_a + of_b) {
      let is_a = item < of_a;
      if (!is_a) { item -= of_a; }
      return GradBlock(j, is_a, item % ranks * 4u, item / ranks * wide);
    }
    item -= of_a + of_b;
  }
  return GradBlock(params.count, true, 0u, 0u);
}
