// Which files a base model has and how they are read; where the bytes come from (a server, a folder) is the caller's.
import { Tokenizer } from '../data/tokenizer.ts';
import { UserError } from '../errors.ts';
import type { SafeTensor } from '../formats/safetensors.ts';
import { readSafetensors } from '../formats/safetensors.ts';
import type { LlamaConfig } from './llamaConfig.ts';
import { parseLlamaConfig } from './llamaConfig.ts';

/** Reads a file beside the page or the repository's public folder, by a path such as `model/config.json`. */
export type ReadAsset = (
  path: string,
  onBytes?: (done: number, total: number) => void,
) => Promise<Uint8Array<ArrayBuffer>>;

export interface ModelFiles {
  readonly config: LlamaConfig;
  readonly tokenizer: Tokenizer;
  /** Token ids that end an answer. */
  readonly stopIds: ReadonlySet<number>;
  weights(onBytes: (done: number, total: number) => void): Promise<ReadonlyMap<string, SafeTensor>>;
}

async function readJson(read: ReadAsset, path: string): Promise<unknown> {
  const bytes = await read(path);
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UserError(
      'model-load',
      `${path}: expected JSON (${String(error)}). Serve the whole folder of the page.`,
    );
  }
}

function stopIdsOf(generation: unknown, tokenizer: Tokenizer): ReadonlySet<number> {
  const ids: unknown =
    typeof generation === 'object' && generation !== null && 'eos_token_id' in generation
      ? generation.eos_token_id
      : [];
  const list: readonly unknown[] = Array.isArray(ids) ? ids : [ids];
  return new Set([tokenizer.eosId, ...list.filter((id) => typeof id === 'number')]);
}

/** The embedded model: small files now, weights on demand. */
export async function embeddedModel(read: ReadAsset): Promise<ModelFiles> {
  const [config, tokenizerJson, tokenizerConfig, generation] = await Promise.all(
    ['config', 'tokenizer', 'tokenizer_config', 'generation_config'].map((name) =>
      readJson(read, `model/${name}.json`),
    ),
  );
  const tokenizer = new Tokenizer(Object(tokenizerJson), tokenizerConfig);
  return {
    config: parseLlamaConfig(config),
    tokenizer,
    stopIds: stopIdsOf(generation, tokenizer),
    weights: async (onBytes) => readSafetensors(await read('model/model.safetensors', onBytes)),
  };
}
