// dq and delta as attention_backward_q.wgsl has them, four queries of one head an invocation. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(1) var<storage, read> o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(2) var<storage, read> lse: array<f32>; // [N, H]
@group(0) @binding(3) var<storage, read> d_o: array<vec4f>; // [N, H*D/4]
@group(0) @binding(4) var<storage, read> documents: array<u32>; // [N]: first token of the token's document, within its row
@group(0) @binding(5) var<uniform> step: Step;
@group(0) @binding(6) var<storage, read_write> dqkv: array<vec4f>; // [N, stride/4]
@group(0) @binding(7) var<storage, read_write> delta: array<f32>; // [N, H]
@group(0) @binding(8) var<uniform> params: Params;

struct Query { q: Head, d_o: Head, first: u32, last: u32, lse: f32, delta: f32, dq: Head }

fn q_place(row: u32, head: u32) -> u32 { return (row * params.q_stride + params.q_offset + head * D) / 4u; }

fn query_of(row: u32, own: Block) -> Query {
  let last = row - own.b * params.t_q;
  let at = row * params.heads + own.head;
  let d_out = read_d_o(at * D4);
  let d = dot_of(d_out, read_o(at * D4));
  delta[at] = d;
  let first = first_seen(document_of(row), last);
  return Query(times(read_qkv(q_place(row, own.head)), params.scale), d_out, first, last, lse[at], d, Head());
}

fn seen(one: Query, t: u32, keys: Head, values: Head, keep: f32) -> Query {
  let p = exp(clamp(dot_of(one.q, keys) - one.lse, -80.0, 0.0));
  let ds = p * (dot_of(one.d_o, values) * keep - one.delta) * params.scale;
  let sees = t >= one.first && t <= one.last;
  let dq = grown(one.dq, keys, select(0.0, ds, sees));
  return Query(one.q, one.d_o, one.first, one.last, one.lse, one.delta, dq);
}

fn keep_of(row: u32, head: u32, t: u32) -> f32 {
  if (HAS_DROPOUT == 1u) { return kept(row, head, t, step.seed); }
  return 1.0;
}

@compute @workgroup_size(LANES)
fn attention_block_backward_q(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = block_of(group.x + group.y * GROUPS_WIDE, lane, params.t_q, params.heads);
  if (own.b >= params.batch) { return; }
  let head = own.head;
  let kv_head = head / (params.heads / params.kv_heads);
  let r0 = row_of(own, 0u); let r1 = row_of(own, 1u); let r2 = row_of(own, 2u); let r3 = row_of(own, 3u);
  var q0 = query_of(r0, own); var q1 = query_of(r1, own); var q2 = query_of(r2, own); var q3 = query_of(r3, own);
  for (var t = q0.first; t <= q3.last; t++) {
    let key = own.b * params.t_k + t;
    let keys = read_qkv((key * params.k_stride + params.k_offset + kv_head * D) / 4u);
    let values = read_qkv((key * params.v_stride + params.v_offset + kv_head * D) / 4u);
    q0 = seen(q0, t, keys, values, keep_of(r0, head, t));
    q1 = seen(q1, t, keys, values, keep_of(r1, head, t));
    q2 = seen(q2, t, keys, values, keep_of(r2, head, t));
    q3 = seen(q3, t, keys, values, keep_of(r3, head, t));
  }
  write_dqkv(q_place(r0, head), q0.dq); write_dqkv(q_place(r1, head), q1.dq);
  write_dqkv(q_place(r2, head), q2.dq); write_dqkv(q_place(r3, head), q3.dq);
}
