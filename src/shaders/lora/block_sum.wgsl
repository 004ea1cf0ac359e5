// What the products with a narrow side share: the block of 4 rows by 4 columns of one adapter that a workgroup of 128 has, and the
// total of its invocations' sums in a fixed order.
var<workgroup> partial: array<f32, 2064>; // [element][invocation], a row of 129 so that neighbours meet no bank twice

// The adapter's segment and the first of the columns; `index` counts blocks of 4 columns, adapter by adapter.
fn block_of(index: u32) -> vec2u {
  var item = index;
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    let blocks = (params.segments[j].rank + 3u) / 4u;
    if (item < blocks) { break; }
    item -= blocks;
  }
  return vec2u(j, item * 4u);
}

// Four places from `first`, none beyond `last`.
fn four_from(first: u32, last: u32) -> vec4u {
  return min(vec4u(first, first + 1u, first + 2u, first + 3u), vec4u(last));
}

// The block's element lane % 16, its columns side by side; a column of `own` is a row of it.
fn total(own: mat4x4f, lane: u32) -> f32 {
  for (var i = 0u; i < 4u; i++) {
    for (var c = 0u; c < 4u; c++) { partial[(4u * i + c) * 129u + lane] = own[i][c]; }
  }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 16u; i++) { sum += partial[lane / 8u * 129u + lane % 8u + 8u * i]; }
  workgroupBarrier();
  partial[lane] = sum; // [element][8]
  workgroupBarrier();
  var all = 0.0;
  for (var i = 0u; i < 8u; i++) { all += partial[lane % 16u * 8u + i]; }
  return all;
}
