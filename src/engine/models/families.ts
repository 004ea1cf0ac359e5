// The model families: from a configuration to how its forward pass is recorded.

import type { Decoder } from './decoder.ts';
import { llama } from './llama.ts';
import type { LlamaConfig } from './llamaConfig.ts';

export const decoderOf = (config: LlamaConfig): Decoder => llama(config);
