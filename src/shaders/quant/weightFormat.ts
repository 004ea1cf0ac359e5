// How frozen weights are stored on the device: float32, bitsandbytes' 4-bit formats, or a file's own blocks. Names only.

/** ggml's blocks, by ggml's names. */
export type BlockFormat = 'q4_0' | 'q4_1' | 'q8_0' | 'f16' | 'bf16';

export type WeightFormat = 'none' | 'nf4' | 'fp4' | 'nf4-double' | 'fp4-double' | BlockFormat;
