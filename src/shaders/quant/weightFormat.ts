// How frozen weights are stored on the device: float32, bitsandbytes' 4-bit formats, or a file's own blocks.
import type { BlockFormat } from './ggml.ts';

export type WeightFormat = 'none' | 'nf4' | 'fp4' | 'nf4-double' | 'fp4-double' | BlockFormat;
