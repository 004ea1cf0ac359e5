// The model families: from a configuration to a freshly loaded module tree and to how its forward pass is recorded. Who hands
// a configuration on names ModelConfig and no family.

import type { Module } from '../torch/nn/module.ts';
import type { Decoder } from './decoder.ts';
import { llama } from './llama.ts';
import type { LlamaConfig } from './llamaConfig.ts';
import type { LoadOptions } from './llamaTree.ts';
import { buildLlama } from './llamaTree.ts';

export type ModelConfig = LlamaConfig;

/** The causal LM as from_pretrained leaves it. */
export const buildModel = (config: ModelConfig, load: LoadOptions): Module => buildLlama(config, load);

export const decoderOf = (config: ModelConfig): Decoder => llama(config);
