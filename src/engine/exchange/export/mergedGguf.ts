// The merged model as one GGUF file of arch llama: metadata from the configuration and the tokenizer, q and k rows in the file's
// order, norms in float32. Source: ggml docs/gguf.md, llama.cpp src/llama-arch.cpp; numerics reference 1.5.
import type { Entry, TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { tokenizerEntries } from '../../models/gguf/ggufTokenizerEntries.ts';
import { ggufName } from '../../models/gguf/ggufWeights.ts';
import type { LlamaConfig } from '../../models/llamaConfig.ts';
import type { ModelFiles } from '../../models/modelFiles.ts';
import type { ExportFile } from './adapterTensors.ts';
import type { FloatType } from './floatBytes.ts';
import { floatBytes } from './floatBytes.ts';
import type { MergedTensor } from './mergedTensors.ts';
import { permuteRows } from './rowOrder.ts';

const tensorTypes: Readonly<Record<FloatType, number>> = {
  float32: ggml.F32,
  float16: ggml.F16,
  bfloat16: ggml.BF16,
};
/** general.file_type: all F32, mostly F16, mostly BF16. */
const fileTypes: Readonly<Record<FloatType, number>> = { float32: 0, float16: 1, bfloat16: 32 };

function modelEntries(config: LlamaConfig, name: string, type: FloatType): Entry[] {
  return [
    ['general.architecture', types.string, 'llama'],
    ['general.type', types.string, 'model'],
    ['general.name', types.string, name],
    ['general.file_type', types.u32, fileTypes[type]],
    ['general.quantization_version', types.u32, 2],
    ['llama.block_count', types.u32, config.layers],
    ['llama.context_length', types.u32, config.maxPositions],
    ['llama.embedding_length', types.u32, config.hiddenSize],
    ['llama.feed_forward_length', types.u32, config.intermediateSize],
    ['llama.attention.head_count', types.u32, config.heads],
    ['llama.attention.head_count_kv', types.u32, config.kvHeads],
    ['llama.attention.key_length', types.u32, config.headDim],
    ['llama.attention.value_length', types.u32, config.headDim],
    ['llama.attention.layer_norm_rms_epsilon', types.f32, config.rmsNormEps],
    ['llama.rope.dimension_count', types.u32, config.headDim],
    ['llama.rope.freq_base', types.f32, config.ropeTheta],
    ['llama.vocab_size', types.u32, config.vocabSize],
  ];
}

function specOf({ name, shape, values }: MergedTensor, config: LlamaConfig, type: FloatType): TensorSpec {
  const [rows = 0] = shape;
  const heads = name.includes('self_attn.q_proj')
    ? config.heads
    : name.includes('self_attn.k_proj')
      ? config.kvHeads
      : null;
  const ordered = heads === null ? values : permuteRows(values, rows, heads);
  const own = shape.length === 1 ? 'float32' : type;
  return {
    name: ggufName(name),
    axes: [...shape].reverse(),
    type: tensorTypes[own],
    bytes: floatBytes(ordered, own),
  };
}

/** Throws UserError 'export-tokenizer' for a tokenizer whose splitting llama.cpp has no name for. */
export async function mergedGguf(
  files: ModelFiles,
  tensors: AsyncIterable<MergedTensor>,
  type: FloatType,
  name: string,
): Promise<ExportFile> {
  const metadata = [...modelEntries(files.config, name, type), ...tokenizerEntries(files)];
  const specs: TensorSpec[] = [];
  for await (const tensor of tensors) specs.push(specOf(tensor, files.config, type));
  return { name: 'model.gguf', bytes: writeGguf({ metadata, tensors: specs }).file };
}
