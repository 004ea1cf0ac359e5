// The shape of an attention call, shared by its three kernels. Strides and offsets in floats.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32,
}
const D4 = D / 4u;
