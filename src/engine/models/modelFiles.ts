// What a base model is to the engine: shape, tokenizer, weights on demand. Here the embedded one; gguf/ and checkpoint/
// read files.
// Where the bytes come from (a server, a folder) is the caller's.
import { Tokenizer } from '../data/tokenizer.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import type { SafeTensor } from '../ground/formats/safetensors.ts';
import { readSafetensors, toFloat32 } from '../ground/formats/safetensors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { readJson } from '../ground/strictJson.ts';
import { parseConfig } from './families.ts';
import type { ModelConfig } from './modelConfig.ts';
import { assetNoJson, unfitTensor } from './modelErrors.ts';
import type { WeightSource } from './weightSource.ts';

/** Reads a file beside the page or the repository's public folder, by a path such as `model/config.json`. */
export type ReadAsset = (path: string, options?: ReadOptions) => Promise<Uint8Array<ArrayBuffer>>;

export interface ModelInfo {
  readonly kind: 'embedded' | 'gguf' | 'checkpoint';
  /** Of the file, or of the folder. */
  readonly name: string;
  /** As the file calls itself. */
  readonly title: string;
  /** 16 hexadecimal digits; '' for the embedded model. */
  readonly digest: string;
  readonly bytes: number;
  /** Type of most of its bytes: F32, Q4_1 … */
  readonly storedAs: string;
  /** Files that were chosen and are of no use to it. */
  readonly unused: readonly string[];
}

/** A tokenizer as Hugging Face keeps it: tokenizer.json and tokenizer_config.json, parsed. */
export interface TokenizerFiles {
  readonly tokenizerJson: object;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
}

export interface ModelFiles {
  readonly info: ModelInfo;
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly tokenizerFiles: TokenizerFiles;
  /** Token ids that end an answer. */
  readonly stopIds: ReadonlySet<number>;
  /** Known without reading any tensor. */
  readonly formatOf: WeightSource['formatOf'];
  weights(options?: ReadOptions): Promise<WeightSource>;
}

/** The same model with another chat template, which its tokenizer's files then hold too. Throws UserError 'chat-template-broken'. */
export function withTemplate(files: ModelFiles, source: string): ModelFiles {
  const { tokenizerJson, tokenizerConfig } = files.tokenizerFiles;
  return {
    ...files,
    tokenizer: files.tokenizer.withTemplate(source),
    tokenizerFiles: { tokenizerJson, tokenizerConfig: { ...tokenizerConfig, chat_template: source } },
  };
}

async function readAsset(read: ReadAsset, path: string): Promise<unknown> {
  const { value, problem } = readJson(new TextDecoder().decode(await read(path)), { anyKey: true });
  if (problem) throw assetNoJson({ path, cause: problem });
  return value;
}

/** Ids that end an answer: the tokenizer's, and those of a parsed generation_config.json. */
export function stopIdsOf(generation: unknown, tokenizer: Tokenizer): ReadonlySet<number> {
  const ids: unknown =
    typeof generation === 'object' && generation !== null && 'eos_token_id' in generation
      ? generation.eos_token_id
      : [];
  const list: readonly unknown[] = Array.isArray(ids) ? ids : [ids];
  return new Set([tokenizer.eosId, ...list.filter((id) => typeof id === 'number')]);
}

/** Tensors of a safetensors file, as float32 whatever the file holds: that is what transformers loads. */
export function safetensorsSource(tensors: ReadonlyMap<string, SafeTensor>): WeightSource {
  return {
    formatOf: (name) => (tensors.has(name) ? 'none' : null),
    read: (name, shape) => {
      const tensor = tensors.get(name);
      if (!tensor || tensor.shape.join('×') !== shape.join('×')) {
        throw unfitTensor({ file: null, name, wanted: shape, got: tensor?.shape ?? null });
      }
      const floats = toFloat32(name, tensor);
      return Promise.resolve({ format: 'none', bytes: new Uint8Array(floats.buffer), count: floats.length });
    },
  };
}

/** The folder of the embedded model that a recipe trains where nothing names another. */
export const usualModel = 'model';

/** The embedded model of a folder beside the page: small files now, weights on demand. */
export async function embeddedModel(read: ReadAsset, folder: string = usualModel): Promise<ModelFiles> {
  const [config, tokenizerJson, tokenizerConfig, generation] = await Promise.all(
    ['config', 'tokenizer', 'tokenizer_config', 'generation_config'].map((name) =>
      readAsset(read, `${folder}/${name}.json`),
    ),
  );
  const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
  return {
    info: { kind: 'embedded', name: folder, title: '', digest: '', bytes: 0, storedAs: 'F32', unused: [] },
    config: parseConfig(config),
    tokenizer,
    tokenizerFiles: { tokenizerJson: Object(tokenizerJson), tokenizerConfig: recordOf(tokenizerConfig) },
    stopIds: stopIdsOf(generation, tokenizer),
    formatOf: () => 'none',
    weights: async (options) => {
      const bytes = await read(`${folder}/model.safetensors`, options);
      // Also of bytes that were kept, or came in one piece.
      const { length } = bytes;
      options?.onProgress?.({ file: 'model.safetensors', done: length, total: length, waitMs: 0 });
      return safetensorsSource(readSafetensors(bytes));
    },
  };
}
