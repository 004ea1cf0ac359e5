// The shape of an attention call in tiles: that of attention_shape.wgsl, and stretch: tiles of 32 keys (or columns) that one part takes, and bounds of
// loops, which compilers are not to know: chunks is the rounds of a tile's scores, eight vectors of the head each, stages those of its sums, STAGE
// keys each, neither over 8; under ROLLED, chunk is 8 and stage is STAGE.
struct Params {
  batch: u32, t_q: u32, t_k: u32, heads: u32, kv_heads: u32,
  q_stride: u32, q_offset: u32, k_stride: u32, k_offset: u32, v_stride: u32, v_offset: u32,
  scale: f32, window: u32, rate: f32, stream: u32, stretch: u32, chunks: u32, chunk: u32, stages: u32, stage: u32,
}
const D4 = D / 4u;
// Exponents are of two: exp(x) is exp2(x * LOG2_E), and one multiplication takes scale and base together.
const LOG2_E = 1.4426950408889634;
const LN_2 = 0.6931471805599453;
// A score that does not count, in units of raw products: far below any sum's own start, so that its power of two is nothing.
const UNSEEN = -1e30;
