// The larger of two scores, and of a workgroup's; of equal ones the first. What is no number never is.
struct Best { value: f32, place: u32 }
const LEAST = -3.40282346e38f;
var<workgroup> best_values: array<f32, 64>;
var<workgroup> best_places: array<u32, 64>;

fn better(a: Best, b: Best) -> Best {
  if (b.value > a.value || (b.value == a.value && b.place < a.place)) { return b; }
  return a;
}

/** In invocation 0, the best of 64. */
fn best_of(own: Best, lane: u32) -> Best {
  var best = own;
  for (var i = 0u; i < 6u; i++) {
    best_values[lane] = best.value;
    best_places[lane] = best.place;
    workgroupBarrier();
    let other = min(lane + (32u >> i), 63u);
    best = better(best, Best(best_values[other], best_places[other]));
    workgroupBarrier();
  }
  return best;
}
