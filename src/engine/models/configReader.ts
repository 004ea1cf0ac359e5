// config.json as families read it: in the form of transformers 4 (`rope_theta`, `rope_scaling`) and 5 (`rope_parameters`).
// Source: transformers 5.24 configuration_utils.py, modeling_rope_utils.py standardize_rope_params.
import { recordOf } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import type { ConfigReader, FieldNames, RopeFields } from './family.ts';
import { badConfig, badHeads, unknownInConfig } from './modelErrors.ts';
import type { Heads } from './modelSizes.ts';
import { mostOf } from './modelSizes.ts';

type Json = Readonly<Record<string, unknown>>;

const FILE = 'config.json';

const numberOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? value : null;

const numbersOf = (value: unknown): readonly number[] | null => {
  if (!Array.isArray(value)) return null;
  const list: readonly unknown[] = value;
  const numbers = list.filter((one) => typeof one === 'number');
  return numbers.length === list.length ? numbers : null;
};

/** The fields of one rotation: of `rope_parameters`, or of a kind of layers in it, or of the older fields. */
function ropeOf(json: Json, kind: string | undefined): RopeFields {
  const parameters = recordOf(json.rope_parameters);
  const own = kind === undefined ? parameters : recordOf(parameters[kind]);
  const scaling = recordOf(json.rope_scaling);
  const field = (name: string): unknown => own[name] ?? scaling[name] ?? json[name];
  const type = own.rope_type ?? scaling.rope_type ?? scaling.type;
  return {
    type: typeof type === 'string' ? type : 'default',
    dims: null,
    theta: numberOf(own.rope_theta ?? (kind === undefined ? json.rope_theta : null)),
    number: (name) => numberOf(field(name)),
    flag: (name) => {
      const value = field(name);
      return typeof value === 'boolean' ? value : null;
    },
    divisors: numbersOf(own.divisors),
  };
}

/** The fields under the names that all families have for them; what a family has no name for is not read. */
function named(json: Json, names: FieldNames): Json {
  const own = Object.entries(names).map(([field, name]) => [
    field,
    name === null ? undefined : (json[name] ?? json[field]),
  ]);
  return { ...json, ...Object.fromEntries(own) };
}

/** Reads a parsed config.json. Its methods throw UserError 'model-config' naming the field. */
export function jsonReader(parsed: unknown, names: FieldNames = {}): ConfigReader {
  const json = named(recordOf(parsed), names);
  const number = (field: string, most: number | null, fallback?: number): number => {
    const value = json[field] ?? fallback;
    const found = numberOf(value);
    if (found === null || found <= 0 || (most !== null && (!Number.isInteger(found) || found > most)))
      throw badConfig({ key: field, most, got: value === undefined ? null : quote(value) });
    return found;
  };
  return {
    file: FILE,
    form: 'config.json',
    has: (field) => (json[field] ?? null) !== null,
    size: (field, most, fallback) => number(field, most, fallback),
    positive: (field, fallback) => number(field, null, fallback),
    flag: (field, fallback) => {
      const value = json[field] ?? fallback;
      if (typeof value !== 'boolean') throw unknownInConfig({ file: FILE, key: field, got: quote(value) });
      return value;
    },
    amount: (field, fallback) => {
      const found = numberOf(json[field] ?? fallback);
      if (found === null || found < 0)
        throw unknownInConfig({ file: FILE, key: field, got: quote(json[field]) });
      return found;
    },
    word: (field, fallback) => {
      const value = json[field] ?? fallback;
      if (typeof value !== 'string') throw unknownInConfig({ file: FILE, key: field, got: quote(value) });
      return value;
    },
    list: (field) => {
      const value: unknown = json[field];
      if (!Array.isArray(value)) return null;
      const list: readonly unknown[] = value;
      return list.filter((one) => typeof one === 'string' || typeof one === 'number');
    },
    rope: (kind) => ropeOf(json, kind),
    refuse: (key, found) => {
      throw unknownInConfig({ file: FILE, key, got: found === null ? null : quote(found) });
    },
  };
}

/** What the kernels need of heads. Throws UserError 'model-heads'. */
function assertHeads(config: Heads, file: string): void {
  const { heads, kvHeads, headDim } = config;
  if (headDim % 4 === 0 && heads % kvHeads === 0) return;
  throw badHeads({ file, headDim, heads, kvHeads });
}

/** Where config.json says nothing. */
export interface SizeDefaults {
  readonly normEps?: number;
  readonly intermediateSize?: (hiddenSize: number) => number;
}

/** What nearly every family's configuration says by these names. */
export function readSizes(read: ConfigReader, { normEps = 1e-6, intermediateSize }: SizeDefaults = {}) {
  const hiddenSize = read.size('hidden_size', mostOf.hiddenSize);
  const heads = read.size('num_attention_heads', mostOf.heads);
  const headDim = read.size('head_dim', mostOf.headDim, hiddenSize / heads);
  const kvHeads = read.size('num_key_value_heads', mostOf.heads, heads);
  assertHeads({ heads, kvHeads, headDim }, read.file);
  const dropout = read.amount('attention_dropout', 0);
  if (dropout > 0) read.refuse('attention_dropout', dropout);
  return {
    hiddenSize,
    intermediateSize: read.size('intermediate_size', mostOf.intermediateSize, intermediateSize?.(hiddenSize)),
    layers: read.size('num_hidden_layers', mostOf.layers),
    heads,
    kvHeads,
    headDim,
    vocabSize: read.size('vocab_size', mostOf.vocabSize),
    normEps: read.positive('rms_norm_eps', normEps),
    maxPositions: read.size('max_position_embeddings', mostOf.maxPositions, 2048),
  };
}
