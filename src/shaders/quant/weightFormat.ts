// How frozen weights are stored on the device: float32, bitsandbytes' 4-bit formats, a file's own blocks, or members of a group each in its
// own. Names only.

/** ggml's blocks, by ggml's names; and blocks of GPTQ, AWQ and ONNX Runtime: four bits with a scale (a half, or a float32) and a whole zero. */
export type BlockFormat =
  | 'int4'
  | 'int4_f32'
  | 'q4_0'
  | 'q4_1'
  | 'q5_0'
  | 'q5_1'
  | 'q8_0'
  | 'iq4_nl'
  | 'q3_k'
  | 'q4_k'
  | 'q5_k'
  | 'q6_k'
  | 'f16'
  | 'bf16';

/** What one member of a group may be in beside others. */
export type MemberFormat = 'none' | BlockFormat;

/** A group whose members are not in one format: theirs, in order. */
export type MixedFormat = `mixed:${string}`;

/** bitsandbytes' formats. */
export type FourBitFormat = 'nf4' | 'fp4' | 'nf4-double' | 'fp4-double';

export type WeightFormat = MemberFormat | FourBitFormat | MixedFormat;
