// Attention's parts, each over its own stretch of keys, made one in fixed order: lse = log sum exp(lse_s), o = sum exp(lse_s - lse) o_s.
// An invocation a vector of o.
@group(0) @binding(0) var<storage, read> part_o: array<vec4f>; // [parts, rows, D/4]
@group(0) @binding(1) var<storage, read> part_lse: array<f32>; // [parts, rows]
@group(0) @binding(2) var<storage, read_write> o: array<vec4f>; // [rows, D/4]
@group(0) @binding(3) var<storage, read_write> lse: array<f32>; // [rows]: of every query and head
struct Params { rows: u32, parts: u32 }
@group(0) @binding(4) var<uniform> params: Params;
const D4 = D / 4u;

@compute @workgroup_size(64)
fn attention_tile_join(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  if (i >= params.rows * D4) { return; }
  let row = i / D4;
  var top = -1e30;
  for (var part = 0u; part < params.parts; part++) { top = max(top, part_lse[part * params.rows + row]); }
  var sum = 0.0;
  var acc = vec4f(0.0);
  for (var part = 0u; part < params.parts; part++) {
    let weight = exp(max(part_lse[part * params.rows + row] - top, -80.0));
    sum += weight;
    acc += weight * part_o[part * params.rows * D4 + i];
  }
  o[i] = acc / sum;
  if (i % D4 == 0u) { lse[row] = top + log(sum); }
}
