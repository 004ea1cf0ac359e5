// The shape of an attention call in tiles: that of attention_shape.wgsl, and stretch: tiles of 32 keys (or columns) that one part takes, and vectors: D / 4.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32, window: u32, rate: f32, stream: u32, stretch: u32, vectors: u32,
}
const D4 = D / 4u;
