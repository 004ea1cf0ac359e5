// A GGUF file as a base model: header now, tensors on demand. The digest tells files apart in links and snapshots.
import { Tokenizer } from '../../data/tokenizer.ts';
import { FNV_SEEDS, fnv, hexadecimal } from '../../ground/digest.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { readGguf } from '../../ground/formats/gguf/reader.ts';
import type { Gguf } from '../../ground/formats/gguf/types.ts';
import { text } from '../../ground/text.ts';
import { ggufMetadata, ggufShape } from '../modelErrors.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { mostOf } from '../modelSizes.ts';
import { ggufConfig } from './ggufConfig.ts';
import { ggufTokenizer } from './ggufTokenizer.ts';
import { ggufWeights } from './ggufWeights.ts';

const SAMPLES = 16;
const SAMPLE_BYTES = 2 ** 16;

/** 16 hexadecimal digits of the size and of samples all over the file. */
async function digestOf(source: ByteSource): Promise<string> {
  let hashes = fnv(FNV_SEEDS, new TextEncoder().encode(String(source.size)));
  for (let i = 0; i < SAMPLES; i++) {
    const length = Math.min(SAMPLE_BYTES, source.size);
    const offset = Math.floor(((source.size - length) * i) / (SAMPLES - 1));
    hashes = fnv(hashes, await source.read(offset, length));
  }
  return hexadecimal(hashes);
}

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

/** Everything is checked here: metadata, tokenizer, every tensor's name, shape, type and place. */
export async function ggufModel(source: ByteSource): Promise<ModelFiles> {
  const gguf = await readGguf(source);
  const config = ggufConfig(source.name, gguf, await divisorsOf(source, gguf));
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
  const [commonest] = [...types].sort((a, b) => b[1] - a[1]);
  const title = gguf.metadata.get('general.name');
  return {
    info: {
      kind: 'gguf',
      name: source.name,
      title: typeof title === 'string' ? title : source.name,
      digest: await digestOf(source),
      bytes: source.size,
      storedAs: commonest?.[0] ?? 'F32',
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
