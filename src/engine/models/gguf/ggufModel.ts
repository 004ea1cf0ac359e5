// A GGUF file, or all files of a split one, as a base model: header now, tensors on demand. The digest tells files apart in links and snapshots.
import { Tokenizer } from '../../data/tokenizer.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { text } from '../../ground/text.ts';
import { ggufMetadata } from '../modelErrors.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { sampleDigest } from '../sampleDigest.ts';
import { ggufConfig } from './ggufConfig.ts';
import { ggufTokenizer } from './ggufTokenizer.ts';
import { ggufWeights } from './ggufWeights.ts';
import { wholeGguf } from './splits.ts';

/** Everything is checked here: metadata, tokenizer, every tensor's name, shape, type and place. */
export async function ggufModel(...files: readonly ByteSource[]): Promise<ModelFiles> {
  const { source, gguf } = await wholeGguf(files);
  const config = ggufConfig(source.name, gguf);
  const { tokenizerJson, tokenizerConfig } = ggufTokenizer(source.name, gguf);
  const weights = ggufWeights(source, gguf, config);
  const tokenizer = new Tokenizer(tokenizerJson, tokenizerConfig);
  const tokens = gguf.metadata.get('tokenizer.ggml.tokens');
  if (Array.isArray(tokens) && tokens.length > config.vocabSize)
    throw ggufMetadata({
      file: source.name,
      found: text(
        `its tokenizer has ${tokens.length} tokens, its embedding ${config.vocabSize} rows`,
        `分词器有 ${tokens.length} 个词元，嵌入却有 ${config.vocabSize} 行`,
      ),
    });
  const types = new Map<string, number>();
  for (const { type, bytes } of gguf.tensors.values())
    types.set(type.name, (types.get(type.name) ?? 0) + bytes);
  const [mostOf] = [...types].sort((a, b) => b[1] - a[1]);
  const title = gguf.metadata.get('general.name');
  return {
    info: {
      kind: 'gguf',
      name: source.name,
      title: typeof title === 'string' ? title : source.name,
      digest: await sampleDigest([source]),
      bytes: source.size,
      storedAs: mostOf?.[0] ?? 'F32',
      unused: [],
    },
    config,
    tokenizer,
    tokenizerFiles: { tokenizerJson, tokenizerConfig },
    stopIds: new Set([tokenizer.eosId]),
    formatOf: weights(() => {}).formatOf,
    weights: ({ onProgress } = {}) =>
      Promise.resolve(weights((done, total) => onProgress?.({ file: source.name, done, total, waitMs: 0 }))),
  };
}
