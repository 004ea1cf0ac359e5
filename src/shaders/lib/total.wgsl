// The sum of what each of LANES invocations of a workgroup brings, in a fixed order; all get it. The kernel has `Sum`, what is added up,
// and `partial`, an array of LANES of them. 64, the portable number: one after another; else in two steps, the second of 16.
fn total(own: Sum, lane: u32) -> Sum {
  partial[lane] = own;
  workgroupBarrier();
  var sum = Sum();
  if (LANES == 64u) {
    for (var i = 0u; i < 64u; i++) { sum += partial[i]; }
    return sum;
  }
  for (var i = lane % 16u; i < LANES; i += 16u) { sum += partial[i]; }
  workgroupBarrier();
  partial[lane] = sum;
  workgroupBarrier();
  sum = Sum();
  for (var i = 0u; i < 16u; i++) { sum += partial[i]; }
  return sum;
}
