// Metadata of a GGUF file as the configuration that its family reads. Source: gguf-py constants.py, numerics reference 1.5.

import type { UserError } from '../../ground/errors.ts';
import type { Gguf, MetadataValue } from '../../ground/formats/gguf/types.ts';
import { own } from '../../ground/own.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { familyOfGguf } from '../families.ts';
import type { ConfigReader, GgufField, RopeFields } from '../family.ts';
import type { ModelConfig } from '../modelConfig.ts';
import { ggufMetadata, unknownInConfig } from '../modelErrors.ts';

/** Where all architectures keep what all families say. */
export const sharedFields: readonly GgufField[] = [
  { field: 'hidden_size', key: 'embedding_length', type: 'u32' },
  { field: 'intermediate_size', key: 'feed_forward_length', type: 'u32' },
  { field: 'num_hidden_layers', key: 'block_count', type: 'u32' },
  { field: 'num_attention_heads', key: 'attention.head_count', type: 'u32' },
  { field: 'num_key_value_heads', key: 'attention.head_count_kv', type: 'u32' },
  { field: 'head_dim', key: 'attention.key_length', type: 'u32' },
  { field: 'vocab_size', key: 'vocab_size', type: 'u32' },
  { field: 'rms_norm_eps', key: 'attention.layer_norm_rms_epsilon', type: 'f32' },
  { field: 'max_position_embeddings', key: 'context_length', type: 'u32' },
];

/** What is said of a rotation, config.json's names → GGUF's. */
const ropeKeys: Readonly<Record<string, string>> = {
  rope_type: 'rope.scaling.type',
  factor: 'rope.scaling.factor',
  original_max_position_embeddings: 'rope.scaling.original_context_length',
  attention_factor: 'rope.scaling.attn_factor',
  beta_fast: 'rope.scaling.yarn_beta_fast',
  beta_slow: 'rope.scaling.yarn_beta_slow',
};

class GgufReader implements ConfigReader {
  readonly file: string;
  readonly form = 'gguf';
  readonly #gguf: Gguf;
  readonly #architecture: string;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #divisors: readonly number[] | null;

  constructor(
    file: string,
    gguf: Gguf,
    {
      architecture,
      fields,
      divisors,
    }: {
      readonly architecture: string;
      readonly fields: readonly GgufField[];
      readonly divisors: readonly number[] | null;
    },
  ) {
    this.file = file;
    this.#gguf = gguf;
    this.#architecture = architecture;
    this.#keys = new Map([...sharedFields, ...fields].map(({ field, key }) => [field, key]));
    this.#divisors = divisors;
  }

  has(field: string): boolean {
    return this.#value(field) !== undefined;
  }

  size(field: string, most: number, fallback?: number): number {
    // Each layer has tensors of its own: a file of few tensors can't have many.
    const { tensors } = this.#gguf;
    const bound = field === 'num_hidden_layers' ? Math.min(most, Math.max(1, tensors.size)) : most;
    const found = this.#number(field, null, fallback);
    if (!Number.isInteger(found) || found > bound) throw this.#wrong(field, bound, found);
    return found;
  }

  positive(field: string, fallback?: number): number {
    return this.#number(field, null, fallback);
  }

  flag(field: string, fallback: boolean): boolean {
    if (field === 'tie_word_embeddings') return !this.#gguf.tensors.has('output.weight');
    const value = this.#value(field);
    return typeof value === 'boolean' ? value : fallback;
  }

  amount(field: string, fallback: number): number {
    const value = this.#value(field);
    return value === undefined || value === 0 ? (value ?? fallback) : this.#number(field, null);
  }

  word(_field: string, fallback: string): string {
    return fallback;
  }

  list(field: string): readonly (string | number)[] | null {
    const value = this.#value(field);
    if (!Array.isArray(value)) return null;
    const list: readonly unknown[] = value;
    return list
      .map((one) => (typeof one === 'boolean' ? Number(one) : one))
      .filter((one) => typeof one === 'string' || typeof one === 'number');
  }

  rope(kind?: string): RopeFields {
    const number = (key: string): number | null => {
      const value = this.#metadata(key);
      return typeof value === 'number' && Number.isFinite(value) ? value : null;
    };
    const type = this.#metadata(ropeKeys.rope_type ?? '');
    return {
      type: typeof type === 'string' ? type : 'default',
      dims: number('rope.dimension_count'),
      theta: kind === undefined ? number('rope.freq_base') : null,
      number: (name) => {
        const key = own(ropeKeys, name);
        return key === undefined ? null : number(key);
      },
      flag: () => null,
      divisors: this.#divisors,
    };
  }

  refuse(field: string, found: unknown): never {
    const key = this.#keys.get(field) ?? own(ropeKeys, field);
    throw unknownInConfig({
      file: this.file,
      key: key === undefined ? field : `${this.#architecture}.${key}`,
      got: found === null ? null : quote(found),
    });
  }

  #metadata(key: string): MetadataValue | undefined {
    return this.#gguf.metadata.get(`${this.#architecture}.${key}`);
  }

  #value(field: string): MetadataValue | undefined {
    const { tensors } = this.#gguf;
    if (field === 'vocab_size')
      return tensors.get('token_embd.weight')?.shape[0] ?? this.#metadata('vocab_size');
    const key = this.#keys.get(field);
    if (key === undefined) return undefined;
    return this.#metadata(key);
  }

  #number(field: string, most: number | null, fallback?: number): number {
    const value = this.#value(field) ?? fallback;
    const found = typeof value === 'bigint' ? Number(value) : value;
    if (typeof found !== 'number' || !Number.isFinite(found) || found <= 0)
      throw this.#wrong(field, most, value);
    return found;
  }

  #wrong(field: string, most: number | null, found: unknown): UserError {
    const [en, zh] =
      most === null
        ? ['a number above 0', '大于 0 的数']
        : [`a whole number from 1 to ${most}`, `1 到 ${most} 的整数`];
    const key = `'${this.#architecture}.${this.#keys.get(field) ?? field}'`;
    const [got, gotZh] =
      found === undefined ? ['nothing', '但没有给出'] : [quote(found), `得到 ${quote(found)}`];
    return ggufMetadata({
      file: this.file,
      found: text(`${key} should be ${en}, got ${got}`, `${key} 应为${zh}，${gotZh}`),
    });
  }
}

/** Throws UserError 'gguf-metadata' naming the key, 'model-family' for another architecture. `divisors`: tensor rope_freqs, if there is one. */
export function ggufConfig(file: string, gguf: Gguf, divisors: readonly number[] | null = null): ModelConfig {
  const family = familyOfGguf(file, gguf.metadata.get('general.architecture'));
  const { architecture, fields } = family.gguf;
  return family.config(new GgufReader(file, gguf, { architecture, fields, divisors }));
}
