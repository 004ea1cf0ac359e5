// A GGUF file, or all files of a split one, as a base model: header now, tensors on demand. The digest tells files apart in links and snapshots.
import { Tokenizer } from '../../data/tokenizer.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { Gguf } from '../../ground/formats/gguf/types.ts';
import { text } from '../../ground/text.ts';
import { ggufMetadata, ggufShape } from '../modelErrors.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { mostOf } from '../modelSizes.ts';
import { sampleDigest } from '../sampleDigest.ts';
import { ggufConfig } from './ggufConfig.ts';
import { ggufStopIds, ggufTokenizer } from './ggufTokenizer.ts';
import { ggufWeights } from './ggufWeights.ts';
import { wholeGguf } from './splits.ts';

/** What frequencies of the rotation are divided by: tensor `rope_freqs.weight`, one number for every turned pair; null where there is none. */
async function divisorsOf(source: ByteSource, { tensors }: Gguf): Promise<readonly number[] | null> {
  const tensor = tensors.get('rope_freqs.weight');
  if (!tensor) return null;
  if (tensor.type.name !== 'F32' || tensor.bytes > 4 * mostOf.headDim)
    throw ggufShape({
      file: source.name,
      found: text(
        `tensor 'rope_freqs.weight' should be F32 and at most ${mostOf.headDim} long, got ${tensor.type.name} of [${tensor.shape.join(', ')}]`,
        `张量 'rope_freqs.weight' 应为 F32、长度不超过 ${mostOf.headDim}，得到 ${tensor.type.name}，形状 [${tensor.shape.join(', ')}]`,
      ),
    });
  const bytes = await source.read(tensor.offset, tensor.bytes);
  return [...new Float32Array(bytes.slice().buffer)];
}

/** What the headers say of a model, every tensor's name, shape, type and place checked; no weight is read, nor is the tokenizer made. */
export async function ggufHeader(files: readonly ByteSource[]) {
  const { source, gguf } = await wholeGguf(files);
  const config = ggufConfig(source.name, gguf, await divisorsOf(source, gguf));
  const weights = ggufWeights(source, gguf, config);
  return { source, gguf, config, weights, formatOf: weights(() => {}).formatOf };
}

/** Everything is checked here: metadata, tokenizer, tensors. */
export async function ggufModel(...files: readonly ByteSource[]): Promise<ModelFiles> {
  const { source, gguf, config, weights, formatOf } = await ggufHeader(files);
  const { tokenizerJson, tokenizerConfig } = ggufTokenizer(source.name, gguf);
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
  const [commonest] = [...types].sort((a, b) => b[1] - a[1]);
  const title = gguf.metadata.get('general.name');
  return {
    info: {
      kind: 'gguf',
      name: source.name,
      title: typeof title === 'string' ? title : source.name,
      digest: await sampleDigest([source]),
      bytes: source.size,
      storedAs: commonest?.[0] ?? 'F32',
      unused: [],
    },
    config,
    tokenizer,
    tokenizerFiles: { tokenizerJson, tokenizerConfig },
    stopIds: ggufStopIds(gguf, tokenizer.eosId),
    formatOf,
    weights: ({ onProgress } = {}) =>
      Promise.resolve(weights((done, total) => onProgress?.({ file: source.name, done, total, waitMs: 0 }))),
  };
}
