// Metadata of a GGUF file of arch llama → the model's shape. Source: gguf-py constants.py, numerics reference 1.5.

import type { UserError } from '../../ground/errors.ts';
import type { Gguf } from '../../ground/formats/gguf/types.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import type { LlamaConfig } from '../llamaConfig.ts';
import { assertHeads } from '../llamaConfig.ts';
import { ggufMetadata, ggufRope, otherFamily } from '../modelErrors.ts';
import { mostOf } from '../modelSizes.ts';

/** Throws UserError 'gguf-metadata' naming the key, 'model-family' for another architecture. */
export function ggufConfig(file: string, gguf: Gguf): LlamaConfig {
  const arch = gguf.metadata.get('general.architecture');
  if (arch !== 'llama')
    throw otherFamily({ file, key: 'architecture', got: arch === undefined ? null : quote(arch) });
  const wrong = (key: string, most: number | null, found: unknown): UserError => {
    const [en, zh] =
      most === null
        ? ['a number above 0', '大于 0 的数']
        : [`a whole number from 1 to ${most}`, `1 到 ${most} 的整数`];
    return ggufMetadata({
      file,
      found: text(
        `'llama.${key}' should be ${en}, got ${found === undefined ? 'nothing' : quote(found)}`,
        `'llama.${key}' 应为${zh}，${found === undefined ? '但没有给出' : `得到 ${quote(found)}`}`,
      ),
    });
  };
  const number = (key: string, fallback?: number): number => {
    const value = gguf.metadata.get(`llama.${key}`) ?? fallback;
    const found = typeof value === 'bigint' ? Number(value) : value;
    if (typeof found !== 'number' || !Number.isFinite(found) || found <= 0) throw wrong(key, null, value);
    return found;
  };
  /** Bounded before anything is counted or made of it. */
  const size = (key: string, most: number, fallback?: number): number => {
    const found = number(key, fallback);
    if (!Number.isInteger(found) || found > most) throw wrong(key, most, found);
    return found;
  };
  const scaling = gguf.metadata.get('llama.rope.scaling.type');
  if ((scaling !== undefined && scaling !== 'none') || gguf.tensors.has('rope_freqs.weight'))
    throw ggufRope({ file });
  const hiddenSize = size('embedding_length', mostOf.hiddenSize);
  const heads = size('attention.head_count', mostOf.heads);
  const table = gguf.tensors.get('token_embd.weight');
  const config: LlamaConfig = {
    hiddenSize,
    intermediateSize: size('feed_forward_length', mostOf.intermediateSize),
    // Each layer has tensors of its own.
    layers: size('block_count', Math.min(mostOf.layers, Math.max(1, gguf.tensors.size))),
    heads,
    kvHeads: size('attention.head_count_kv', mostOf.heads, heads),
    headDim: size('attention.key_length', mostOf.headDim, number('rope.dimension_count', hiddenSize / heads)),
    vocabSize: table?.shape[0] ?? size('vocab_size', mostOf.vocabSize),
    ropeTheta: number('rope.freq_base', 10_000),
    rmsNormEps: number('attention.layer_norm_rms_epsilon'),
    maxPositions: size('context_length', mostOf.maxPositions),
    tied: !gguf.tensors.has('output.weight'),
  };
  assertHeads(config, file);
  return config;
}
