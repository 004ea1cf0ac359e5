// config.json of a llama-architecture model, in the form of transformers 4 (`rope_theta`, `torch_dtype`) and 5
// (`rope_parameters`, `dtype`). Source: transformers 5.18 models/llama/configuration_llama.py.
import { recordOf } from '../ground/isRecord.ts';
import { badConfig, badHeads, otherFamily, ropeType } from './modelErrors.ts';
import type { Heads, ModelSizes } from './modelSizes.ts';

export interface LlamaConfig extends ModelSizes {
  readonly intermediateSize: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
}

function positive(json: Record<string, unknown>, key: string, fallback?: number): number {
  const value = json[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw badConfig({ key, got: JSON.stringify(value) ?? null });
  }
  return value;
}

/** What the kernels need of heads. Throws UserError 'model-heads'. */
export function assertHeads(config: Heads, file: string): void {
  const { heads, kvHeads, headDim } = config;
  if (headDim % 4 === 0 && heads % kvHeads === 0) return;
  throw badHeads({ file, headDim, heads, kvHeads });
}

/** Reads a parsed config.json. Throws UserError 'model-config' naming the field, or 'model-family' for another family. */
export function parseLlamaConfig(parsed: unknown): LlamaConfig {
  const json = recordOf(parsed);
  if (json.model_type !== 'llama') {
    throw otherFamily({
      file: 'config.json',
      key: 'model_type',
      got: json.model_type === undefined ? null : String(json.model_type),
    });
  }
  const rope = recordOf(json.rope_parameters);
  const scaling = recordOf(json.rope_scaling);
  const rotation = rope.rope_type ?? scaling.rope_type ?? scaling.type ?? 'default';
  if (rotation !== 'default') {
    throw ropeType({ got: String(rotation) });
  }
  const hiddenSize = positive(json, 'hidden_size');
  const heads = positive(json, 'num_attention_heads');
  const headDim = positive(json, 'head_dim', hiddenSize / heads);
  const kvHeads = positive(json, 'num_key_value_heads', heads);
  assertHeads({ heads, kvHeads, headDim }, 'config.json');
  return {
    hiddenSize,
    intermediateSize: positive(json, 'intermediate_size'),
    layers: positive(json, 'num_hidden_layers'),
    heads,
    kvHeads,
    headDim,
    vocabSize: positive(json, 'vocab_size'),
    ropeTheta: positive(rope, 'rope_theta', typeof json.rope_theta === 'number' ? json.rope_theta : 10_000),
    rmsNormEps: positive(json, 'rms_norm_eps', 1e-6),
    maxPositions: positive(json, 'max_position_embeddings', 2048),
    tied: json.tie_word_embeddings === true,
  };
}
