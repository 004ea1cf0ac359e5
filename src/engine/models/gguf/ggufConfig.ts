// Metadata of a GGUF file of arch llama → the model's shape. Source: gguf-py constants.py, numerics reference 1.5.
import type { Gguf } from '../../ground/formats/gguf/types.ts';
import { text } from '../../ground/text.ts';
import type { LlamaConfig } from '../llamaConfig.ts';
import { assertHeads } from '../llamaConfig.ts';
import { ggufMetadata, ggufRope, otherFamily } from '../modelErrors.ts';

/** Throws UserError 'gguf-metadata' naming the key, 'model-family' for another architecture. */
export function ggufConfig(file: string, gguf: Gguf): LlamaConfig {
  const arch = gguf.metadata.get('general.architecture');
  if (arch !== 'llama')
    throw otherFamily({ file, key: 'architecture', got: arch === undefined ? null : String(arch) });
  const number = (key: string, fallback?: number): number => {
    const value = gguf.metadata.get(`llama.${key}`) ?? fallback;
    const found = typeof value === 'bigint' ? Number(value) : value;
    if (typeof found !== 'number' || !Number.isFinite(found) || found <= 0)
      throw ggufMetadata({
        file,
        found: text(
          `'llama.${key}' should be a number above 0, got ${found === undefined ? 'nothing' : String(found)}`,
          `'llama.${key}' 应为大于 0 的数，${found === undefined ? '但没有给出' : `得到 ${String(found)}`}`,
        ),
      });
    return found;
  };
  const scaling = gguf.metadata.get('llama.rope.scaling.type');
  if ((scaling !== undefined && scaling !== 'none') || gguf.tensors.has('rope_freqs.weight'))
    throw ggufRope({ file });
  const hiddenSize = number('embedding_length');
  const heads = number('attention.head_count');
  const table = gguf.tensors.get('token_embd.weight');
  const config: LlamaConfig = {
    hiddenSize,
    intermediateSize: number('feed_forward_length'),
    layers: number('block_count'),
    heads,
    kvHeads: number('attention.head_count_kv', heads),
    headDim: number('attention.key_length', number('rope.dimension_count', hiddenSize / heads)),
    vocabSize: table?.shape[0] ?? number('vocab_size'),
    ropeTheta: number('rope.freq_base', 10_000),
    rmsNormEps: number('attention.layer_norm_rms_epsilon'),
    maxPositions: number('context_length'),
    tied: !gguf.tensors.has('output.weight'),
  };
  assertHeads(config, file);
  return config;
}
