// The sum of what SLICES invocations bring to one of COLUMNS side by side, in a fixed order; all get it. The kernel has `Sum`, what is added
// up, and `partial`, an array of one for each invocation. 1, the portable number: nothing to add up; else 32.
fn sliced(own: Sum, column: u32, slice: u32) -> Sum {
  if (SLICES == 1u) { return own; }
  partial[slice * COLUMNS + column] = own;
  workgroupBarrier();
  var early = Sum();
  var late = Sum();
  for (var i = 0u; i < 16u; i++) {
    early += partial[i * COLUMNS + column];
    late += partial[(i + 16u) * COLUMNS + column];
  }
  return early + late;
}
