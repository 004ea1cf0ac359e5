// What a known model's configuration says that scripts read: its sizes under the names that its type has for them, and its padding token.
// Leaves out what only a checkpoint's own config.json says.
import { own } from '../../ground/own.ts';
import type { FoundModel } from '../../models/known/findModel.ts';

/** The name that every configuration answers to, then what types call it (attribute_map). Source: transformers 4.57 configuration_*.py. */
const alike: readonly (readonly string[])[] = [
  ['hidden_size', 'n_embd', 'd_model', 'dim'],
  ['num_hidden_layers', 'n_layer', 'num_layers', 'n_layers', 'encoder_layers'],
  ['num_attention_heads', 'n_head', 'num_heads', 'n_heads', 'encoder_attention_heads'],
  ['max_position_embeddings', 'n_positions'],
];

/** pad_token_id of a type's published checkpoints, where they agree. Source: their config.json. */
const padding: Readonly<Record<string, number | null>> = {
  llama: null,
  mistral: null,
  mixtral: null,
  qwen2: null,
  qwen3: null,
  phi: null,
  gpt2: null,
  gpt_neo: null,
  gpt_neox: null,
  gptj: null,
  gemma: 0,
  gemma2: 0,
  bert: 0,
  roberta: 1,
  opt: 1,
  bart: 1,
  bloom: 3,
  t5: 0,
  mt5: 0,
};

export function configOf({ modelType, config }: FoundModel): ReadonlyMap<string, number | null> {
  const known = new Map<string, number | null>(Object.entries(config));
  for (const [general = '', ...own] of alike) {
    const value = own.map((name) => config[name]).find((one) => one !== undefined);
    if (!known.has(general) && value !== undefined) known.set(general, value);
  }
  const pad = own(padding, modelType);
  if (pad !== undefined) known.set('pad_token_id', pad);
  return known;
}
