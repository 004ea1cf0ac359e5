// dk and dv as attention_backward_kv.wgsl has them, four keys of one kv head an invocation, which read every query and its gradient once.
// D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(2) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(3) var<storage, read> delta: array<f32>; // [N, H]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(7) var<uniform> params: Params;

// A key: the queries of its row of the batch that see it end before `end`.
struct Key { k: Head, v: Head, row: u32, end: u32, dk: Head, dv: Head }
struct Seen { q: Head, d_o: Head, row: u32, head: u32, lse: f32, delta: f32 }

fn k_place(row: u32, head: u32) -> u32 { return (row * params.k_stride + params.k_offset + head * D) / 4u; }
fn v_place(row: u32, head: u32) -> u32 { return (row * params.v_stride + params.v_offset + head * D) / 4u; }

fn key_of(row: u32, own: Block) -> Key {
  var end = (own.b + 1u) * params.t_q;
  if (params.window > 0u) { end = min(end, row + params.window); }
  let keys = times(read_qkv(k_place(row, own.head)), params.scale);
  return Key(keys, read_qkv(v_place(row, own.head)), row, end, Head(), Head());
}

fn grown_by(one: Key, query: Seen, b: u32) -> Key {
  var keep = 1.0;
  if (HAS_DROPOUT == 1u) { keep = kept(query.row, query.head, one.row - b * params.t_k, step.seed); }
  let sees = query.row >= one.row && query.row < one.end && document_of(query.row) == document_of(one.row);
  let p = select(0.0, exp(clamp(dot_of(query.q, one.k) - query.lse, -80.0, 0.0)), sees);
  let ds = p * (dot_of(query.d_o, one.v) * keep - query.delta) * params.scale;
  return Key(one.k, one.v, one.row, one.end, grown(one.dk, query.q, ds), grown(one.dv, query.d_o, p * keep));
}

fn write_key(one: Key, head: u32) {
  write_dqkv(k_place(one.row, head), one.dk);
  write_dqkv(v_place(one.row, head), one.dv);
}

@compute @workgroup_size(LANES)
fn attention_block_backward_kv(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = block_of(group.x + group.y * GROUPS_WIDE, lane, params.t_k, params.kv_heads);
  if (own.b >= params.batch) { return; }
  let heads = params.heads / params.kv_heads;
  var k0 = key_of(row_of(own, 0u), own); var k1 = key_of(row_of(own, 1u), own);
  var k2 = key_of(row_of(own, 2u), own); var k3 = key_of(row_of(own, 3u), own);
  for (var g = 0u; g < heads; g++) {
    let head = own.head * heads + g;
    for (var row = k0.row; row < k3.end; row++) {
      if (HAS_DOCUMENTS == 1u && document_of(row) > k3.row - own.b * params.t_k) { break; }
      let at = row * params.heads + head;
      let q_at = (row * params.q_stride + params.q_offset + head * D) / 4u;
      let query = Seen(read_qkv(q_at), read_d_o(at * D4), row, head, lse[at], delta[at]);
      k0 = grown_by(k0, query, own.b);
      k1 = grown_by(k1, query, own.b);
      k2 = grown_by(k2, query, own.b);
      k3 = grown_by(k3, query, own.b);
    }
  }
  write_key(k0, own.head); write_key(k1, own.head); write_key(k2, own.head); write_key(k3, own.head);
}
