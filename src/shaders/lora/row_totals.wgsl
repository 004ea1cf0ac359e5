// The sums of what 128 invocations bring to each of 4 rows, in a fixed order; all get them.
fn row_totals(own: vec4f, lane: u32) -> vec4f {
  for (var i = 0u; i < 4u; i++) { partial[128u * i + lane] = own[i]; }
  workgroupBarrier();
  var sum = 0.0;
  for (var i = 0u; i < 4u; i++) { sum += partial[lane * 4u + i]; }
  workgroupBarrier();
  partial[lane] = sum; // [row][32]
  workgroupBarrier();
  sum = 0.0;
  for (var i = 0u; i < 8u; i++) { sum += partial[lane % 16u * 8u + i]; }
  workgroupBarrier();
  partial[lane] = sum; // [row][4]
  workgroupBarrier();
  var all = vec4f(0.0);
  for (var i = 0u; i < 4u; i++) { all += vec4f(partial[i], partial[4u + i], partial[8u + i], partial[12u + i]); }
  workgroupBarrier();
  return all;
}
