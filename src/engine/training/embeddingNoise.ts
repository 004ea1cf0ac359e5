// How far NEFTune moves an embedding, from its alpha. The draw itself is the kernel's.
import { decoderOf } from '../models/families.ts';
import type { ModelConfig } from '../models/modelConfig.ts';

/** NEFTune's largest noise in rows of `tokens`: it is added to what the embedding's module gives, so before a scale inside it is less. */
export function noiseOf(config: ModelConfig, alpha: number, tokens: number): number {
  const { embeddingScale } = decoderOf(config);
  const inside = embeddingScale?.inside ? embeddingScale.factor : 1;
  return alpha / Math.sqrt(tokens * config.hiddenSize) / inside;
}
