// The shape of an attention call, shared by its three kernels. Strides and offsets in floats. window: keys that a query sees,
// its own among them; 0: all before it. rate
// and stream are of dropout on the probabilities.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32, window: u32, rate: f32, stream: u32,
}
const D4 = D / 4u;

// First key that a query at `last` of its row sees, if its document begins at `first`.
fn first_seen(first: u32, last: u32) -> u32 {
  if (params.window == 0u || last < params.window) { return first; }
  return max(first, last + 1u - params.window);
}

// What a probability is multiplied by under HAS_DROPOUT: its mask goes by query, head and key of its row.
fn kept(query: u32, head: u32, key: u32, seed: u32) -> f32 {
  let element = (query * params.heads + head) * params.t_k + key;
  return dropout_scale(seed, params.stream, element, params.rate);
}
