// The shape of an attention call in tiles: that of attention_shape.wgsl, and stretch: tiles of 32 keys (or columns) that one part takes, and bounds of
// loops, which compilers are not to know: vectors is D / 4, chunk is 8, across is 32, stage is STAGE.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32, window: u32, rate: f32, stream: u32, stretch: u32, vectors: u32, chunk: u32, across: u32, stage: u32,
}
const D4 = D / 4u;
