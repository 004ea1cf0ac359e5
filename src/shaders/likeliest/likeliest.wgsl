// The largest of the stretches' largest scores: its place is the next token, which the next pass reads as its first id, and which is kept
// at this pass's position. One workgroup.
@group(0) @binding(0) var<storage, read> values: array<f32>; // [PARTS]
@group(0) @binding(1) var<storage, read> places: array<f32>; // [PARTS]
@group(0) @binding(2) var<uniform> step: Step;
@group(0) @binding(3) var<storage, read_write> ids: array<u32>;
@group(0) @binding(4) var<storage, read_write> said: array<f32>; // [maxT]

@compute @workgroup_size(64)
fn likeliest(@builtin(local_invocation_index) lane: u32) {
  var best = Best(LEAST, 0u);
  for (var i = lane; i < PARTS; i += 64u) { best = better(best, Best(values[i], u32(places[i]))); }
  best = best_of(best, lane);
  if (lane > 0u) { return; }
  ids[0] = best.place;
  said[step.position] = f32(best.place);
}
