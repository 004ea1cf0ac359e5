// The first rotation of a model as config.json says it, readable by transformers 4 and 5.
import type { ModelConfig, RopeScaling } from './modelConfig.ts';

function scalingJson(scaling: RopeScaling): Readonly<Record<string, unknown>> | null {
  switch (scaling.type) {
    case 'linear':
    case 'dynamic':
      return { rope_type: scaling.type, factor: scaling.factor };
    case 'llama3':
      return {
        rope_type: 'llama3',
        factor: scaling.factor,
        low_freq_factor: scaling.lowFrequency,
        high_freq_factor: scaling.highFrequency,
        original_max_position_embeddings: scaling.original,
      };
    case 'yarn':
      return {
        rope_type: 'yarn',
        factor: scaling.factor,
        original_max_position_embeddings: scaling.original,
        beta_fast: scaling.betaFast,
        beta_slow: scaling.betaSlow,
        attention_factor: scaling.attentionFactor,
        truncate: scaling.truncated,
      };
    case 'divisors':
      return null;
  }
}

/** rope_theta, and rope_scaling where there is some that the format can say. */
export function ropeJson({ rotations: [first] }: ModelConfig): Readonly<Record<string, unknown>> {
  if (!first) return {};
  const scaling = first.scaling && scalingJson(first.scaling);
  return { rope_theta: first.theta, ...(scaling ? { rope_scaling: scaling } : {}) };
}
