// The shape of an attention call, shared by its three kernels. Strides and offsets in floats. window: keys that a query sees,
// its own among them; 0: all before it. rate
// and stream are of dropout on the probabilities.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32, window: u32, rate: f32, stream: u32,
}
const D4 = D / 4u;
