// Causal grouped-query attention as attention.wgsl has it, four queries of one head an invocation, which read every key and value once:
// for adapters with few lanes, where a read costs more than what is done with it. D is a multiple of 4.
@group(0) @binding(0) var<storage, read> q: array<vec4f>; // [B*Tq, q_stride/4]
@group(0) @binding(1) var<storage, read> k: array<vec4f>; // [B*Tk, k_stride/4]
@group(0) @binding(2) var<storage, read> v: array<vec4f>; // [B*Tk, v_stride/4]
@group(0) @binding(3) var<storage, read> documents: array<u32>; // [B*Tq]: first token of the token's document, within its row
@group(0) @binding(4) var<uniform> step: Step;
@group(0) @binding(5) var<storage, read_write> o: array<vec4f>; // [B*Tq, H*D/4]
@group(0) @binding(6) var<storage, read_write> lse: array<f32>; // [B*Tq, H]
@group(0) @binding(7) var<uniform> params: Params;

// A query: its vectors, the keys that it sees, and what it has seen.
struct Query { q: Head, first: u32, last: u32, acc: Head, m: f32, sum: f32 }

fn query_of(row: u32, own: Block) -> Query {
  let last = min(step.position + row - own.b * params.t_q, params.t_k - 1u);
  let at = (row * params.q_stride + params.q_offset + own.head * D) / 4u;
  return Query(times(read_q(at), params.scale), first_seen(document_of(row), last), last, Head(), -1e30, 0.0);
}

fn seen(one: Query, t: u32, keys: Head, values: Head, keep: f32) -> Query {
  let s = dot_of(one.q, keys);
  let sees = t >= one.first && t <= one.last;
  let rises = s > one.m;
  // Of exp(m - m1) and exp(s - m1) one is 1.
  let e = exp(max(-abs(s - one.m), -80.0));
  let shrink = select(1.0, e, sees && rises);
  let p = select(0.0, select(e, 1.0, rises), sees);
  return Query(one.q, one.first, one.last, moved(one.acc, shrink, values, p * keep), select(one.m, s, sees && rises), one.sum * shrink + p);
}

fn keep_of(row: u32, head: u32, t: u32) -> f32 {
  if (HAS_DROPOUT == 1u) { return kept(row, head, t, step.seed); }
  return 1.0;
}

fn write_query(one: Query, row: u32, head: u32) {
  write_o((row * params.heads + head) * D4, times(one.acc, 1.0 / one.sum));
  lse[row * params.heads + head] = one.m + log(one.sum);
}

@compute @workgroup_size(LANES)
fn attention_block(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let own = block_of(group.x + group.y * GROUPS_WIDE, lane, params.t_q, params.heads);
  if (own.b >= params.batch) { return; }
  let head = own.head;
  let kv_head = head / (params.heads / params.kv_heads);
  let r0 = row_of(own, 0u); let r1 = row_of(own, 1u); let r2 = row_of(own, 2u); let r3 = row_of(own, 3u);
  var q0 = query_of(r0, own); var q1 = query_of(r1, own); var q2 = query_of(r2, own); var q3 = query_of(r3, own);
  for (var t = q0.first; t <= q3.last; t++) {
    let key = own.b * params.t_k + t;
    let keys = read_k((key * params.k_stride + params.k_offset + kv_head * D) / 4u);
    let values = read_v((key * params.v_stride + params.v_offset + kv_head * D) / 4u);
    q0 = seen(q0, t, keys, values, keep_of(r0, head, t));
    q1 = seen(q1, t, keys, values, keep_of(r1, head, t));
    q2 = seen(q2, t, keys, values, keep_of(r2, head, t));
    q3 = seen(q3, t, keys, values, keep_of(r3, head, t));
  }
  write_query(q0, r0, head); write_query(q1, r1, head); write_query(q2, r2, head); write_query(q3, r3, head);
}
