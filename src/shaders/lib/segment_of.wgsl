// The member that column o of OUT belongs to: its place among params.segments, of which params.count are in use.
fn segment_of(o: u32) -> u32 {
  var j = 0u;
  for (; j + 1u < params.count; j++) {
    if (o < params.segments[j].end) { break; }
  }
  return j;
}
