// A model as Hugging Face keeps it (config.json, tokenizer.json, safetensors, one file or shards) as a base model: everything small now,
// tensors on demand.
import { Tokenizer } from '../../data/tokenizer.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { isRecord, recordOf } from '../../ground/isRecord.ts';
import { text } from '../../ground/text.ts';
import { parseConfig } from '../families.ts';
import type { ModelFiles, TokenizerFiles } from '../modelFiles.ts';
import { stopIdsOf } from '../modelFiles.ts';
import { sampleDigest } from '../sampleDigest.ts';
import { filesMissing } from './checkpointErrors.ts';
import { checkpointWeights } from './checkpointWeights.ts';
import { readJsonFile, readTextFile } from './jsonFile.ts';
import type { OnnxTable } from './onnxTable.ts';
import { onnxFile, onnxTable } from './onnxTable.ts';
import { quantisationOf } from './quantisation.ts';
import type { Folder, ShardTable } from './shards.ts';
import { fileOf, shardTable } from './shards.ts';

/** Files of a folder that are read where they are there; each is noted once it was. */
class Reading {
  readonly used = new Set<ByteSource>();
  readonly #folder: Folder;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** The parsed file, or undefined without one. */
  async json(name: string): Promise<unknown> {
    const file = this.#find(name);
    return file && readJsonFile(file);
  }

  async text(name: string): Promise<string | undefined> {
    const file = this.#find(name);
    return file && readTextFile(file);
  }

  #find(name: string): ByteSource | undefined {
    const file = fileOf(this.#folder, name);
    if (file) this.used.add(file);
    return file;
  }
}

async function tokenizerOf(folder: Folder, reading: Reading): Promise<TokenizerFiles> {
  const tokenizerJson = await reading.json('tokenizer.json');
  if (tokenizerJson === undefined) {
    const other = folder.files.find(({ name }) =>
      /^(tokenizer\.model|spiece\.model|vocab\.json)$/.test(name),
    );
    const instead =
      other &&
      text(
        `${other.name} alone is not read: AutoTokenizer.from_pretrained(…).save_pretrained(folder) writes tokenizer.json`,
        `只有 ${other.name} 无法读取：AutoTokenizer.from_pretrained(…).save_pretrained(folder) 会写出 tokenizer.json`,
      );
    throw filesMissing({ model: folder.name, missing: 'tokenizer.json', instead: instead ?? null });
  }
  const config = recordOf(await reading.json('tokenizer_config.json'));
  // transformers 4.56 and later keep the template in a file of its own, which counts before the other.
  const template = await reading.text('chat_template.jinja');
  const tokenizerConfig = template === undefined ? config : { ...config, chat_template: template };
  return { tokenizerJson: Object(tokenizerJson), tokenizerConfig };
}

/** Type of most of the bytes. */
function storedAs({ tensors }: ShardTable): string {
  const types = new Map<string, number>();
  for (const { dtype, bytes } of tensors.values()) types.set(dtype, (types.get(dtype) ?? 0) + bytes);
  const [most] = [...types].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? 'F32';
}

/** Bits of its blocks, or the type of its floats. */
function inOnnx(table: OnnxTable | ShardTable): string {
  if (!('quantised' in table)) return storedAs(table);
  const [first] = table.quantised.values();
  return first ? `ONNX ${first.bits}-bit` : storedAs(table);
}

/** Everything is checked here: configuration, tokenizer, every tensor's name, shape, type and place. */
export async function checkpointModel(folder: Folder): Promise<ModelFiles> {
  const reading = new Reading(folder);
  const json = await reading.json('config.json');
  if (json === undefined) throw filesMissing({ model: folder.name, missing: 'config.json', instead: null });
  const config = parseConfig(json);
  // GPTQ's first programs wrote what they did into a file of its own.
  const apart = recordOf(await reading.json('quantize_config.json'));
  const quantisation = quantisationOf(
    'bits' in apart && !isRecord(recordOf(json).quantization_config)
      ? { quantization_config: { quant_method: 'gptq', ...apart } }
      : json,
  );
  const tokenizerFiles = await tokenizerOf(folder, reading);
  const tokenizer = new Tokenizer(tokenizerFiles.tokenizerJson, tokenizerFiles.tokenizerConfig);
  const generation = (await reading.json('generation_config.json')) ?? json;
  const graph = folder.files.some(({ name }) => name.endsWith('.safetensors')) ? undefined : onnxFile(folder);
  const table = graph ? await onnxTable(folder, graph, config) : await shardTable(folder);
  const weights = checkpointWeights(table, config, quantisation);
  const used = new Set([...reading.used, ...table.files, ...table.used]);
  return {
    info: {
      kind: 'checkpoint',
      name: folder.name,
      title: folder.name,
      digest: await sampleDigest([...used].sort((a, b) => (a.name < b.name ? -1 : 1))),
      bytes: table.files.reduce((sum, { size }) => sum + size, 0),
      storedAs: quantisation ? `${quantisation.method} 4-bit` : inOnnx(table),
      unused: folder.files.filter((file) => !used.has(file)).map(({ name }) => name),
    },
    config,
    tokenizer,
    tokenizerFiles,
    stopIds: stopIdsOf(generation, tokenizer),
    formatOf: weights(() => {}).formatOf,
    weights: ({ onProgress } = {}) =>
      Promise.resolve(weights((file, done, total) => onProgress?.({ file, done, total, waitMs: 0 }))),
  };
}
