// Scores [V] → of each of PARTS stretches of them the largest and its place, the first one of several. A workgroup a stretch.
struct Params { v: u32 }
@group(0) @binding(0) var<storage, read> scores: array<f32>; // [V]
@group(0) @binding(1) var<storage, read_write> values: array<f32>; // [PARTS]
@group(0) @binding(2) var<storage, read_write> places: array<f32>; // [PARTS]
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn likeliest_parts(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let width = (params.v + PARTS - 1u) / PARTS;
  let end = min((group.x + 1u) * width, params.v);
  var best = Best(LEAST, 0u);
  for (var i = group.x * width + lane; i < end; i += 64u) { best = better(best, Best(scores[i], i)); }
  best = best_of(best, lane);
  if (lane > 0u) { return; }
  values[group.x] = best.value;
  places[group.x] = f32(best.place);
}
