// The merged model as transformers loads it: config.json, tokenizer files, model.safetensors, in shards when it is large.
// Source: transformers 5.24 modeling_utils.py save_pretrained, huggingface_hub serialization.
import type { SavedTensor } from '../../ground/formats/safetensors.ts';
import { safetensorsType, writeTensors } from '../../ground/formats/safetensors.ts';
import { configJson, decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { ModelFiles } from '../../models/modelFiles.ts';
import { turnedTensors } from '../../models/weightPlaces.ts';
import type { ExportFile } from './adapterTensors.ts';
import { jsonFile } from './adapterTensors.ts';
import type { FloatType } from './floatBytes.ts';
import { floatBytes } from './floatBytes.ts';
import type { MergedTensor } from './mergedTensors.ts';
import { transposed } from './rowOrder.ts';

/** Bytes of tensors that one file holds at most. */
const SHARD_BYTES = 1_000_000_000;

/** config.json of the model with its tokenizer's ids. */
export function configOf(config: ModelConfig, { tokenizer, stopIds }: ModelFiles, type: FloatType): object {
  return {
    ...configJson(config),
    torch_dtype: type,
    bos_token_id: tokenizer.bosId,
    eos_token_id: [...stopIds],
    pad_token_id: tokenizer.padId,
  };
}

function shards(tensors: readonly SavedTensor[], limit: number): SavedTensor[][] {
  const found: SavedTensor[][] = [[]];
  let bytes = 0;
  for (const tensor of tensors) {
    if (bytes > 0 && bytes + tensor.bytes.length > limit) {
      found.push([]);
      bytes = 0;
    }
    bytes += tensor.bytes.length;
    found.at(-1)?.push(tensor);
  }
  return found;
}

/** Shards and, when there is more than one, their index. */
export function shardedFiles(tensors: readonly SavedTensor[], limit = SHARD_BYTES): ExportFile[] {
  const parts = shards(tensors, limit);
  if (parts.length === 1) return [{ name: 'model.safetensors', bytes: writeTensors(tensors) }];
  const five = (index: number): string => String(index).padStart(5, '0');
  const nameOf = (index: number): string => `model-${five(index + 1)}-of-${five(parts.length)}.safetensors`;
  const index = {
    metadata: { total_size: tensors.reduce((sum, { bytes }) => sum + bytes.length, 0) },
    weight_map: Object.fromEntries(
      parts.flatMap((part, i) => part.map(({ name }) => [name, nameOf(i)] as const)),
    ),
  };
  return [
    ...parts.map((part, i) => ({ name: nameOf(i), bytes: writeTensors(part) })),
    jsonFile('model.safetensors.index.json', index),
  ];
}

/** What `AutoTokenizer.from_pretrained` opens. */
export function tokenizerFilesOf({ tokenizerFiles }: ModelFiles): ExportFile[] {
  const { tokenizerJson, tokenizerConfig } = tokenizerFiles;
  return [
    jsonFile('tokenizer.json', tokenizerJson),
    jsonFile('tokenizer_config.json', {
      tokenizer_class: 'PreTrainedTokenizerFast',
      ...tokenizerConfig,
    }),
  ];
}

export const generationConfig = ({ stopIds, tokenizer }: ModelFiles): ExportFile =>
  jsonFile('generation_config.json', { eos_token_id: [...stopIds], pad_token_id: tokenizer.padId });

/** The folder that `AutoModelForCausalLM.from_pretrained` and `AutoTokenizer.from_pretrained` open. */
export async function mergedModelFiles(
  files: ModelFiles,
  tensors: AsyncIterable<MergedTensor>,
  type: FloatType,
): Promise<ExportFile[]> {
  const saved: SavedTensor[] = [];
  const turned = turnedTensors(files.config);
  for await (const { name, shape, values } of tensors) {
    const [rows = 1, columns = 1] = shape;
    const isTurned = turned.has(name);
    saved.push({
      name,
      shape: isTurned ? [columns, rows] : shape,
      dtype: safetensorsType[type],
      bytes: floatBytes(isTurned ? transposed(values, rows, columns) : values, type),
    });
  }
  // A head that was tied and is here has been trained on its own, or the embedding has.
  const head = `${decoderOf(files.config).paths.head}.weight`;
  const tied = !saved.some(({ name }) => name === head);
  return [
    jsonFile('config.json', configOf({ ...files.config, tied }, files, type)),
    generationConfig(files),
    ...tokenizerFilesOf(files),
    ...shardedFiles(saved),
  ];
}
