// Which of a folder's files hold the weights, and where each tensor lies in them. Chosen as transformers does: model.safetensors, else
// the shards that an index names; beyond that one file of any name, or shards that number themselves.
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import type { PlacedTensor } from '../../ground/formats/safetensorsTable.ts';
import { readTable } from '../../ground/formats/safetensorsTable.ts';
import { recordOf } from '../../ground/isRecord.ts';
import { shortened } from '../../ground/quote.ts';
import { shaped } from '../../ground/shapeDecode.ts';
import { record, string } from '../../ground/shapes.ts';
import { text } from '../../ground/text.ts';
import { filesMissing, indexBroken, severalWeights, shardsMissing } from './checkpointErrors.ts';
import { readJsonFile } from './jsonFile.ts';

export interface ShardTensor extends PlacedTensor {
  readonly source: ByteSource;
}

export interface ShardTable {
  /** Files that hold weights, by name. */
  readonly files: readonly ByteSource[];
  readonly tensors: ReadonlyMap<string, ShardTensor>;
  /** Files beside them that were read for it. */
  readonly used: readonly ByteSource[];
}

/** A folder's files, or those that were chosen. */
export interface Folder {
  readonly name: string;
  readonly files: readonly ByteSource[];
}

export const fileOf = ({ files }: Folder, name: string): ByteSource | undefined =>
  files.find((file) => file.name === name);

const INDEX = 'model.safetensors.index.json';
const numbered = /^(.*)-(\d{5})-of-(\d{5})\.safetensors$/;

/** Name of the shard that each tensor is in. */
async function weightMap(index: ByteSource): Promise<ReadonlyMap<string, string>> {
  const { weight_map: map } = recordOf(await readJsonFile(index));
  const { value, misfit } = shaped(record(string), map);
  if (misfit)
    throw indexBroken({
      file: index.name,
      found: text(`weight_map, ${misfit.en}`, `weight_map 的 ${misfit.zh}`),
    });
  return new Map(Object.entries(value));
}

/** The files of these names. */
function shardsOf(folder: Folder, names: readonly string[], said: string): ByteSource[] {
  const missing = names.filter((name) => !fileOf(folder, name));
  if (missing.length > 0)
    throw shardsMissing({ file: said, missing: missing.map((name) => shortened(name)), of: names.length });
  return names.flatMap((name) => fileOf(folder, name) ?? []);
}

/** Shards that name themselves `…-00001-of-00003.safetensors`, all of one model. */
function selfNumbered(folder: Folder, weights: readonly ByteSource[]): ByteSource[] | null {
  const parts = weights.map(({ name }) => numbered.exec(name));
  const [first] = parts;
  if (!first || !parts.every((part) => part?.[1] === first[1] && part?.[3] === first[3])) return null;
  const [, stem = '', , of = ''] = first;
  // No more names are made than any model has shards.
  const count = Math.min(Number(of), 10_000);
  const names = Array.from(
    { length: count },
    (_, i) => `${stem}-${String(i + 1).padStart(5, '0')}-of-${of}.safetensors`,
  );
  return shardsOf(folder, names, folder.name);
}

interface Chosen {
  readonly files: readonly ByteSource[];
  readonly index: ByteSource | null;
  readonly map: ReadonlyMap<string, string>;
}

async function choose(folder: Folder): Promise<Chosen> {
  const nothing = { index: null, map: new Map<string, string>() };
  const whole = fileOf(folder, 'model.safetensors');
  if (whole) return { files: [whole], ...nothing };
  const index = fileOf(folder, INDEX);
  if (index) {
    const map = await weightMap(index);
    return { files: shardsOf(folder, [...new Set(map.values())].sort(), index.name), index, map };
  }
  const weights = folder.files.filter(({ name }) => name.endsWith('.safetensors'));
  const [only] = weights;
  if (!only) {
    const pickled = folder.files.find(({ name }) => /\.(bin|pth?|ckpt)$/.test(name));
    const instead =
      pickled &&
      text(
        `${shortened(pickled.name)} holds Python objects, which are never opened: save the model as safetensors`,
        `${shortened(pickled.name)} 含有 Python 对象，从不打开：请把模型另存为 safetensors`,
      );
    throw filesMissing({ model: folder.name, missing: 'model.safetensors', instead: instead ?? null });
  }
  const shards = selfNumbered(folder, weights);
  if (shards) return { files: shards, ...nothing };
  if (weights.length === 1) return { files: [only], ...nothing };
  throw severalWeights({ model: folder.name, names: weights.map(({ name }) => shortened(name)) });
}

/** Every tensor of the model's files. Throws UserError 'model-…' or 'safetensors', naming the file. */
export async function shardTable(folder: Folder): Promise<ShardTable> {
  const { files, index, map } = await choose(folder);
  const tensors = new Map<string, ShardTensor>();
  for (const source of files)
    for (const tensor of await readTable(source)) {
      const before = tensors.get(tensor.name);
      if (before)
        throw indexBroken({
          file: source.name,
          found: text(
            `tensor '${shortened(tensor.name)}' stands in ${before.source.name} too`,
            `张量 '${shortened(tensor.name)}' 在 ${before.source.name} 里也有`,
          ),
        });
      tensors.set(tensor.name, { ...tensor, source });
    }
  for (const [name, file] of map)
    if (index && tensors.get(name)?.source.name !== file)
      throw indexBroken({
        file: index.name,
        found: text(
          `it says that tensor '${shortened(name)}' is in ${shortened(file)}, which does not have it`,
          `它说张量 '${shortened(name)}' 在 ${shortened(file)} 里，但那里没有`,
        ),
      });
  return { files, tensors, used: index ? [index] : [] };
}
