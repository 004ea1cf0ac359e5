// The parts of dk and dv summed in fixed order into their columns of dqkv. An invocation a vector.
@group(0) @binding(0) var<storage, read> parts_kv: array<vec4f>; // [parts, N, G, 2, D/4]
@group(0) @binding(1) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
struct Params { rows: u32, parts: u32, kv_heads: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32 }
@group(0) @binding(2) var<uniform> params: Params;
const D4 = D / 4u;

@compute @workgroup_size(64)
fn attention_tile_join_kv(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x + id.y * GRID_WIDTH;
  let vectors = params.rows * params.kv_heads * 2u * D4;
  if (i >= vectors) { return; }
  var sum = vec4f(0.0);
  for (var part = 0u; part < params.parts; part++) { sum += parts_kv[part * vectors + i]; }
  let x = i % D4;
  let which = i / D4 % 2u;
  let kv_head = i / (2u * D4) % params.kv_heads;
  let row = i / (2u * D4) / params.kv_heads;
  let k_at = row * params.k_stride + params.k_offset;
  let v_at = row * params.v_stride + params.v_offset;
  dqkv[(select(k_at, v_at, which == 1u) + kv_head * D) / 4u + x] = sum;
}
