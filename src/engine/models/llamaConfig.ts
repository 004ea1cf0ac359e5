// config.json of a llama-architecture model, in the form of transformers 4 (`rope_theta`, `torch_dtype`) and 5
// (`rope_parameters`, `dtype`). Source: transformers 5.18 models/llama/configuration_llama.py.
import { recordOf } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import { badConfig, badHeads, otherFamily, ropeType } from './modelErrors.ts';
import type { Heads, ModelSizes } from './modelSizes.ts';
import { mostOf } from './modelSizes.ts';

export interface LlamaConfig extends ModelSizes {
  readonly intermediateSize: number;
  readonly ropeTheta: number;
  readonly rmsNormEps: number;
}

type Json = Readonly<Record<string, unknown>>;

function positive(json: Json, key: string, fallback?: number): number {
  const value = json[key] ?? fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw badConfig({ key, most: null, got: value === undefined ? null : quote(value) });
  return value;
}

/** A whole number, within what can be held. */
function size(json: Json, key: string, most: number, fallback?: number): number {
  const value = positive(json, key, fallback);
  if (!Number.isInteger(value) || value > most) throw badConfig({ key, most, got: String(value) });
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
      got: json.model_type === undefined ? null : quote(json.model_type),
    });
  }
  const rope = recordOf(json.rope_parameters);
  const scaling = recordOf(json.rope_scaling);
  const rotation = rope.rope_type ?? scaling.rope_type ?? scaling.type ?? 'default';
  if (rotation !== 'default') {
    throw ropeType({ got: quote(rotation) });
  }
  const hiddenSize = size(json, 'hidden_size', mostOf.hiddenSize);
  const heads = size(json, 'num_attention_heads', mostOf.heads);
  const headDim = size(json, 'head_dim', mostOf.headDim, hiddenSize / heads);
  const kvHeads = size(json, 'num_key_value_heads', mostOf.heads, heads);
  assertHeads({ heads, kvHeads, headDim }, 'config.json');
  return {
    hiddenSize,
    intermediateSize: size(json, 'intermediate_size', mostOf.intermediateSize),
    layers: size(json, 'num_hidden_layers', mostOf.layers),
    heads,
    kvHeads,
    headDim,
    vocabSize: size(json, 'vocab_size', mostOf.vocabSize),
    ropeTheta: positive(rope, 'rope_theta', typeof json.rope_theta === 'number' ? json.rope_theta : 10_000),
    rmsNormEps: positive(json, 'rms_norm_eps', 1e-6),
    maxPositions: size(json, 'max_position_embeddings', mostOf.maxPositions, 2048),
    tied: json.tie_word_embeddings === true,
  };
}
