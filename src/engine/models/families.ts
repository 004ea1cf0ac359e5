// The model families, and how a configuration finds its own: from a file to a configuration, to a freshly loaded module tree and to how
// its forward pass is recorded. Who hands a configuration on names no family.

import { invariant } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { own } from '../ground/own.ts';
import { quote } from '../ground/quote.ts';
import { compareVersions } from '../libraries/version.ts';
import type { Module } from '../torch/nn/module.ts';
import { jsonReader } from './configReader.ts';
import type { Decoder, ProjectionGroup } from './decoder.ts';
import { gemma3 } from './families/gemma3/gemma3.ts';
import { gpt2 } from './families/gpt2/gpt2.ts';
import { granite } from './families/granite/granite.ts';
import { llama } from './families/llama/llama.ts';
import { mistral } from './families/mistral/mistral.ts';
import { phi3 } from './families/phi3/phi3.ts';
import { qwen2 } from './families/qwen2/qwen2.ts';
import { qwen3 } from './families/qwen3/qwen3.ts';
import { smollm3 } from './families/smollm3/smollm3.ts';
import type { Family, LoadOptions } from './family.ts';
import type { ModelConfig } from './modelConfig.ts';
import { otherFamily } from './modelErrors.ts';

const families: readonly Family[] = [llama, mistral, qwen2, qwen3, smollm3, phi3, gemma3, granite, gpt2];

/** The family that a configuration is of. */
export function familyOf({ family }: ModelConfig): Family {
  const found = families.find(({ type }) => type === family);
  invariant(found, `no family '${family}'`);
  return found;
}

const known = (): readonly string[] => families.map(({ models }) => models);

/** A parsed config.json. Throws UserError 'model-family' for a family that isn't here, and what its fields throw. */
export function parseConfig(parsed: unknown): ModelConfig {
  const type = recordOf(parsed).model_type;
  const family = families.find((one) => one.type === type);
  if (!family)
    throw otherFamily({
      file: 'config.json',
      key: 'model_type',
      got: type === undefined ? null : quote(type),
      known: known(),
    });
  return family.config(jsonReader(parsed, family.names));
}

/** The family of an architecture of GGUF files. Throws UserError 'model-family'. */
export function familyOfGguf(file: string, architecture: unknown): Family {
  const family = families.find(({ gguf }) => gguf.architecture === architecture);
  if (family) return family;
  const got = architecture === undefined ? null : quote(architecture);
  throw otherFamily({ file, key: 'architecture', got, known: known() });
}

/** The causal LM as from_pretrained leaves it. */
export const buildModel = (config: ModelConfig, load: LoadOptions): Module =>
  familyOf(config).tree(config, load);

export function decoderOf(config: ModelConfig): Decoder {
  const { paths, decoder } = familyOf(config);
  return { ...decoder(config), paths };
}

/** Where embeddings and heads stand, of whatever family. */
export const tablePaths: ReadonlySet<string> = new Set(
  families.flatMap(({ paths }) => [paths.embedding, paths.head]),
);

/** Projections of a layer, those together that share their input. */
export const groupsOf = (config: ModelConfig): readonly ProjectionGroup[] => familyOf(config).groups;

/** What PEFT of a version targets by itself in a model of a type; null: nothing, or the type is no family's. */
export function defaultTargetsOf(
  peftType: string,
  modelType: string,
  peft: string,
): readonly string[] | null {
  const family = families.find(({ type }) => type === modelType);
  const found = family && own(family.defaultTargets, peftType);
  return found && compareVersions(peft, found.since) >= 0 ? found.names : null;
}

/** What a configuration says under the names that all families have, and under its family's own. */
export const configFields = (config: ModelConfig): Readonly<Record<string, unknown>> => ({
  hidden_size: config.hiddenSize,
  intermediate_size: config.intermediateSize,
  num_hidden_layers: config.layers,
  num_attention_heads: config.heads,
  num_key_value_heads: config.kvHeads,
  head_dim: config.headDim,
  vocab_size: config.vocabSize,
  max_position_embeddings: config.maxPositions,
  rms_norm_eps: config.normEps,
  tie_word_embeddings: config.tied,
  ...familyOf(config).configJson(config),
});

/** config.json of a model, as its family calls things. */
export function configJson(config: ModelConfig): Readonly<Record<string, unknown>> {
  const family = familyOf(config);
  const bare = { dtype: 'float32', quantType: null, doubleQuant: false } as const;
  const fields = Object.entries(configFields(config)).flatMap(([field, value]) => {
    const name = own(family.names ?? {}, field);
    return name === null ? [] : [[name ?? field, value] as const];
  });
  return {
    architectures: [family.tree({ ...config, layers: 0 }, bare).className],
    model_type: family.type,
    ...Object.fromEntries(fields),
  };
}
