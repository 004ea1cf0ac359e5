// Which files of a repository a model is made of: the checkpoint (configuration, tokenizer, safetensors), one GGUF file of several, the parts
// of a split one together, or one ONNX graph of several with the checkpoint's small files. Pickles are never among them. Reads names alone.
import { EXPORTS } from '../ground/formats/onnx.ts';
import { noWeights, severalFiles } from './hubErrors.ts';
import type { HubFile, Repository } from './repositoryFile.ts';

export interface ModelChoice {
  /** Of GGUF its file, of a split one the first; the graph of ONNX; null: the checkpoint. */
  readonly file: string | null;
  /** Small ones first: what they say may spare the others. */
  readonly files: readonly HubFile[];
  readonly bytes: number;
}

const beside =
  /^(config|generation_config|tokenizer\w*|special_tokens_map|added_tokens|quantize_config|chat_template)\.json$|^chat_template\.jinja$/;
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/;
const split = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;
/** GGUF files that are no language model. */
const noModel = /(^|\/)(mmproj|imatrix)|imatrix[^/]*$/i;
const pickle = /\.(bin|pt|pth|ckpt)$/;

/** Exports that are read here, the one in 4 bits first, where exporters put them. */
const graphs = EXPORTS.flatMap((name) => [`onnx/${name}`, name]);

const INDEX = 'model.safetensors.index.json';

const bytesOf = (files: readonly HubFile[]): number =>
  files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);

/** As transformers chooses: one file, else the shards of the index, else the only other one. */
function weightsOf(files: readonly HubFile[]): readonly HubFile[] {
  const one = files.filter(({ path }) => path === 'model.safetensors');
  if (one.length > 0) return one;
  const shards = files.filter(({ path }) => path === INDEX || shard.test(path));
  if (shards.length > 1) return shards;
  const others = files.filter(({ path }) => /^(?!adapter_|consolidated)[^/]+\.safetensors$/.test(path));
  return others.length === 1 ? others : [];
}

/** Weights with what says how they are read, config.json before all; null: that is missing. */
function withConfig(
  file: string | null,
  weights: readonly HubFile[],
  files: readonly HubFile[],
): ModelChoice | null {
  const isConfig = ({ path }: HubFile): boolean => path === 'config.json';
  if (weights.length === 0 || !files.some(isConfig)) return null;
  const small = files.filter(({ path }) => beside.test(path));
  const all = [...small.filter(isConfig), ...small.filter((one) => !isConfig(one)), ...weights];
  return { file, files: all, bytes: bytesOf(all) };
}

/** A graph, and its weights where those lie beside it. */
const onnxOf = (files: readonly HubFile[]): ModelChoice[] =>
  graphs.flatMap((place) => {
    const graph = files.find(({ path }) => path === place);
    if (!graph) return [];
    const data = files.filter(({ path }) => path.startsWith(`${graph.path}_data`));
    return withConfig(graph.path, [graph, ...data], files) ?? [];
  });

function ggufsOf(files: readonly HubFile[]): ModelChoice[] {
  const groups = new Map<string, HubFile[]>();
  for (const file of files) {
    if (!/\.gguf$/i.test(file.path) || noModel.test(file.path)) continue;
    const [, stem, , of] = split.exec(file.path) ?? [];
    const key = stem === undefined ? file.path : `${stem}-of-${of}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map((group) => {
    const parts = group.sort((a, b) => (a.path < b.path ? -1 : 1));
    return { file: parts[0]?.path ?? null, files: parts, bytes: bytesOf(parts) };
  });
}

/** What of a repository can be opened, the checkpoint first. Throws UserError 'hub-files' where nothing can. */
export function choicesOf({ id, files }: Pick<Repository, 'id' | 'files'>): readonly ModelChoice[] {
  const checkpoint = withConfig(null, weightsOf(files), files);
  const choices = [...(checkpoint === null ? [] : [checkpoint]), ...ggufsOf(files), ...onnxOf(files)];
  if (choices.length > 0) return choices;
  const pickles = files.map(({ path }) => path).filter((path) => pickle.test(path));
  throw noWeights({ id, pickles, others: files.length });
}

const nameOf = ({ file }: ModelChoice): string => file ?? 'model.safetensors';

/** The one that is meant: by its name, by a part of it that no other has, or the only one. Throws UserError 'hub-several'. */
export function chosen(id: string, choices: readonly ModelChoice[], wanted: string | null): ModelChoice {
  const [first] = choices;
  // Of exports alone the first is what a folder of them is opened by.
  const obvious = choices.length === 1 || first?.file === null || graphs.includes(first?.file ?? '');
  if (wanted === null && first !== undefined && obvious) return first;
  const lower = (wanted ?? '').toLowerCase();
  const exact = choices.filter((choice) => nameOf(choice).toLowerCase() === lower);
  const partly = choices.filter((choice) => lower !== '' && nameOf(choice).toLowerCase().includes(lower));
  const [found, more] = exact.length > 0 ? exact : partly;
  if (found !== undefined && more === undefined) return found;
  throw severalFiles({ id, files: choices.map(nameOf), got: wanted });
}
