// The merged model as one GGUF file of its family's architecture: metadata from the configuration and the tokenizer, q and k rows in the file's
// order, norms in float32. Source: ggml docs/gguf.md, llama.cpp src/llama-arch.cpp; numerics reference 1.5.
import type { Entry, TensorSpec } from '../../ground/formats/gguf/writer.ts';
import { ggml, types, writeGguf } from '../../ground/formats/gguf/writer.ts';
import { configFields, decoderOf, familyOf } from '../../models/families.ts';
import { sharedFields } from '../../models/gguf/ggufConfig.ts';
import { tokenizerEntries } from '../../models/gguf/ggufTokenizerEntries.ts';
import { ggufName, pairedHeadsOf } from '../../models/gguf/ggufWeights.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { ModelFiles } from '../../models/modelFiles.ts';
import { offsetsOf } from '../../models/weightPlaces.ts';
import type { ExportFile } from './adapterTensors.ts';
import type { FloatType } from './floatBytes.ts';
import { floatBytes } from './floatBytes.ts';
import { rotationEntries, rotationTensors } from './ggufRotation.ts';
import { assertGgufSays } from './ggufSays.ts';
import type { MergedTensor } from './mergedTensors.ts';
import { permuteRows } from './rowOrder.ts';

const tensorTypes: Readonly<Record<FloatType, number>> = {
  float32: ggml.F32,
  float16: ggml.F16,
  bfloat16: ggml.BF16,
};
/** general.file_type: all F32, mostly F16, mostly BF16. */
const fileTypes: Readonly<Record<FloatType, number>> = { float32: 0, float16: 1, bfloat16: 32 };

function modelEntries(config: ModelConfig, name: string, type: FloatType): Entry[] {
  const { architecture, fields } = familyOf(config).gguf;
  const said = configFields(config);
  // A family may keep a field elsewhere than most.
  const places = new Map([...sharedFields, ...fields].map((one) => [one.field, one]));
  const own = [...places.values()].flatMap(({ field, key, type: kind }): Entry[] => {
    const value = said[field];
    return typeof value === 'number' ? [[`${architecture}.${key}`, types[kind], value]] : [];
  });
  return [
    ['general.architecture', types.string, architecture],
    ['general.type', types.string, 'model'],
    ['general.name', types.string, name],
    ['general.file_type', types.u32, fileTypes[type]],
    ['general.quantization_version', types.u32, 2],
    ...own,
    [`${architecture}.attention.value_length`, types.u32, config.headDim],
    ...rotationEntries(architecture, config),
  ];
}

interface FileForm {
  readonly config: ModelConfig;
  readonly type: FloatType;
  readonly offsets: ReadonlyMap<string, number>;
}

function specOf({ name, shape, values }: MergedTensor, { config, type, offsets }: FileForm): TensorSpec {
  const [rows = 0] = shape;
  const heads = pairedHeadsOf(config, name);
  const offset = offsets.get(name) ?? 0;
  const whole = offset === 0 ? values : values.map((value) => value + offset);
  const ordered = heads === null ? whole : permuteRows(whole, rows, heads);
  // llama.cpp adds what norms, biases and positions say to float32.
  const { positions } = decoderOf(config).paths;
  const own = shape.length === 1 || name === `${positions}.weight` ? 'float32' : type;
  return {
    name: ggufName(config, name),
    axes: [...shape].reverse(),
    type: tensorTypes[own],
    bytes: floatBytes(ordered, own),
  };
}

/**
 * Throws UserError 'export-tokenizer' for a tokenizer whose splitting llama.cpp has no name for, 'export-gguf-config' for a model that
 * the architecture can't say.
 */
export async function mergedGguf(
  files: ModelFiles,
  tensors: AsyncIterable<MergedTensor>,
  type: FloatType,
  name: string,
): Promise<ExportFile> {
  const metadata = [...modelEntries(files.config, name, type), ...tokenizerEntries(files)];
  const specs: TensorSpec[] = [...rotationTensors(files.config)];
  const form: FileForm = { config: files.config, type, offsets: offsetsOf(files.config) };
  for await (const tensor of tensors) specs.push(specOf(tensor, form));
  assertGgufSays(files.config, metadata, specs);
  return { name: 'model.gguf', bytes: writeGguf({ metadata, tensors: specs }).file };
}
