// Which tensors a model has and how they stand on the device: groups of projections that share an input are stored together, in one
// format. All of it follows from the family's tree and groups.

import { isMemberFormat } from '../../shaders/quant/ggml.ts';
import { mixedFormat } from '../../shaders/quant/mixed.ts';
import type { WeightFormat } from '../../shaders/quant/weightFormat.ts';
import type { Module } from '../torch/nn/module.ts';
import type { WeightFormats } from '../torch/recording.ts';
import type { ProjectionGroup } from './decoder.ts';
import { buildModel, decoderOf, groupsOf } from './families.ts';
import type { ModelConfig } from './modelConfig.ts';
import type { StoredFormat, WeightOptions, WeightSource } from './weightSource.ts';

/** A projection, or a table: what a group is made of. */
export interface Placed {
  readonly path: string;
  /** Of its weight, [out, in]. */
  readonly shape: readonly [number, number];
  readonly bias: boolean;
}

/** Weights that are stored together under `weights/<path>`. */
export interface PlacedGroup {
  readonly path: string;
  readonly members: readonly Placed[];
}

export interface PlacedNorm {
  readonly path: string;
  readonly width: number;
  readonly bias: boolean;
  /** Added to its weight, which a GGUF file has done already. */
  readonly offset: number;
}

/** All that a model reads of its files, in the order in which it is read. */
export interface WeightPlaces {
  readonly tables: readonly PlacedGroup[];
  /** A table of learned positions, kept in floats. */
  readonly positions: Placed | null;
  readonly layers: readonly {
    readonly norms: readonly PlacedNorm[];
    readonly groups: readonly PlacedGroup[];
  }[];
  /** Outside the layers. */
  readonly norms: readonly PlacedNorm[];
}

const floats = { dtype: 'float32', quantType: null, doubleQuant: false } as const;

/** Shape of a module's weight as products take it: [out, in] of every linear, however it is kept. */
function productShape({ kind, parameters }: Module): readonly number[] | undefined {
  return kind.type === 'linear' ? [kind.outFeatures, kind.inFeatures] : parameters.get('weight')?.shape;
}

/**
 * Every tensor of the model by its PyTorch name, with its shape; a tied head is none. Weights of linears are [out, in], also of those that
 * PyTorch keeps as [in, out] (turnedTensors).
 */
export function modelTensors(config: ModelConfig): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, readonly number[]>();
  for (const [name, { shape }, owner] of buildModel(config, floats).namedParameters())
    found.set(name, isTurned(owner, name) ? [...shape].reverse() : shape);
  return found;
}

const isTurned = ({ kind }: Module, name: string): boolean =>
  kind.type === 'linear' && kind.transposed === true && name.endsWith('.weight');

/** Weights that files of transformers keep as [in, out]. */
export function turnedTensors(config: ModelConfig): ReadonlySet<string> {
  const parameters = [...buildModel(config, floats).namedParameters()];
  return new Set(parameters.flatMap(([name, , owner]) => (isTurned(owner, name) ? [name] : [])));
}

function placed(root: Module, path: string): Placed {
  const module = root.at(path);
  const [out = 0, width = 0] = (module && productShape(module)) ?? [];
  return { path, shape: [out, width], bias: module?.parameters.has('bias') ?? false };
}

function normsBelow(module: Module, prefix: string): PlacedNorm[] {
  return [...module.namedModules(prefix)].flatMap(([path, { kind, parameters }]) =>
    kind.type === 'norm'
      ? [{ path, width: kind.width, bias: parameters.has('bias'), offset: kind.offset ?? 0 }]
      : [],
  );
}

export function weightPlaces(config: ModelConfig): WeightPlaces {
  const root = buildModel(config, floats);
  const { paths } = decoderOf(config);
  const alone = (path: string): PlacedGroup => ({ path, members: [placed(root, path)] });
  const layers = [...(root.at(paths.layers)?.children ?? [])].map(([name, layer]) => {
    const at = `${paths.layers}.${name}`;
    return {
      norms: normsBelow(layer, at),
      groups: groupsOf(config).map(([group, members]) => ({
        path: `${at}.${group}`,
        members: members.map((member) => placed(root, `${at}.${member}`)),
      })),
    };
  });
  return {
    positions: paths.positions === undefined ? null : placed(root, paths.positions),
    tables: [alone(paths.embedding), ...(config.tied ? [] : [alone(paths.head)])],
    layers,
    norms: normsBelow(root, '').filter(({ path }) => !path.startsWith(`${paths.layers}.`)),
  };
}

/** What holds members of these formats as they are. */
function commonFormat(formats: readonly StoredFormat[]): WeightFormat {
  const [first = 'none'] = formats;
  if (formats.every((format) => format === first)) return first;
  // Members that bitsandbytes quantised beside others that it did not: rare enough for floats.
  return formats.every(isMemberFormat) ? mixedFormat(formats) : 'none';
}

/** What a path needs to be told apart: where layers stand, and which projections are stored together. */
export interface GroupsOfLayers {
  readonly layers: string;
  readonly groups: readonly ProjectionGroup[];
}

export const groupsOfLayers = (config: ModelConfig): GroupsOfLayers => ({
  layers: decoderOf(config).paths.layers,
  groups: groupsOf(config),
});

/** `model.layers.3.mlp.down` → [`model.layers.3`, `mlp.down`]; a path outside the layers has no second part. */
export function inLayer(layers: string, path: string): readonly [layer: string, inside: string] {
  if (!path.startsWith(`${layers}.`)) return [path, ''];
  const end = path.indexOf('.', layers.length + 1);
  return end < 0 ? [path, ''] : [path.slice(0, end), path.slice(end + 1)];
}

/** How each group and table is stored on the device. */
export function weightFormatsOf(
  config: ModelConfig,
  formatOf: WeightSource['formatOf'],
  options: WeightOptions,
): WeightFormats {
  const { quantType, doubleQuant } = options;
  const { layers, groups } = groupsOfLayers(config);
  const members = new Map(groups);
  return (path): WeightFormat => {
    const [layer, group] = inLayer(layers, path);
    if (group === '') return formatOf(`${path}.weight`) ?? 'none';
    const own = members.get(group) ?? [];
    const stored = own.map((member) => formatOf(`${layer}.${member}.weight`) ?? 'none');
    // What was quantised before stays as it is, whatever is asked for: so does from_pretrained.
    const again = quantType && stored.every(isMemberFormat);
    return again ? (doubleQuant ? `${quantType}-double` : quantType) : commonFormat(stored);
  };
}

/** What is added to a tensor before use, by its name; 0 for nearly all. A GGUF file holds the sum. */
export function offsetsOf(config: ModelConfig): ReadonlyMap<string, number> {
  const { layers, norms } = weightPlaces(config);
  const all = [...norms, ...layers.flatMap((layer) => layer.norms)];
  return new Map(
    all.flatMap(({ path, offset }) => (offset === 0 ? [] : [[`${path}.weight`, offset] as const])),
  );
}
