// Where each trained tensor stands in the flat adapter buffer (and, at the same offsets, in gradients and optimiser
// state). Tensors start at multiples of 64 floats, so that a binding may begin at any of them.
import type { Adapter, LowRank, Module, Parameter } from './nn/module.ts';

/** Whose tensor it is. */
interface Owner {
  /** Path of the adapted module, or of the one that is kept beside its copy. */
  readonly module: string;
  /** Name of the adapter. */
  readonly adapterName: string;
  /** null: a whole copy of the module (modules_to_save). */
  readonly adapter: Adapter | null;
}

export interface PlacedTensor extends Owner {
  /** Full PyTorch name. */
  readonly name: string;
  /** What of the name comes behind the module, without the adapter's: `lora_A.weight`. */
  readonly part: string;
  readonly parameter: Parameter;
  /** In floats, a multiple of 64. */
  readonly offset: number;
  readonly length: number;
}

/** An adapter of one module. */
export interface PlacedAdapter {
  readonly path: string;
  readonly adapter: Adapter;
  /** nn.Linear, nn.Embedding, … */
  readonly base: Module;
}

/** Where the two factors stand that the kernels read. */
export interface FactorPlaces {
  readonly aOffset: number;
  readonly bOffset: number;
}

export interface AdapterLayout {
  readonly tensors: readonly PlacedTensor[];
  /** Of every adapted module, in module order, in use or not. */
  readonly adapters: readonly PlacedAdapter[];
  /** Those that are made of trained vectors stand behind all tensors. */
  readonly factors: ReadonlyMap<LowRank, FactorPlaces>;
  /** Floats in all, a multiple of 64. */
  readonly total: number;
  readonly byParameter: ReadonlyMap<Parameter, PlacedTensor>;
}

const ALIGNMENT = 64;

/** A tree, and where the modules stand in its causal LM whose whole copies the kernels train. */
export interface LaidOut {
  readonly root: Module;
  readonly tables: { readonly embedding: string; readonly head: string };
}

/** What adapters train, and copies of the embedding and the head, whether it requires grad or not, in module order. */
export function layoutAdapters({ root, tables }: LaidOut): AdapterLayout {
  const copied = (path: string): boolean =>
    [tables.embedding, tables.head].some((table) => path === table || path.endsWith(`.${table}`));
  const owners = new Map<Parameter, Owner>();
  const adapters: PlacedAdapter[] = [];
  const tensors: PlacedTensor[] = [];
  let total = 0;
  // One walk: a wrapper comes before what it holds, so the owner of a parameter is known when its module is met.
  for (const [path, module] of root.namedModules()) {
    const { kind, children } = module;
    if (kind.type === 'adapted')
      for (const [adapterName, adapter] of kind.adapters) {
        const base = children.get('base_layer');
        if (base) adapters.push({ path, adapter, base });
        for (const parameter of adapter.trained)
          owners.set(parameter, { module: path, adapterName, adapter });
      }
    if (kind.type === 'saved' && copied(path))
      for (const [adapterName, copy] of children.get('modules_to_save')?.children ?? []) {
        const weight = copy.parameters.get('weight');
        if (weight) owners.set(weight, { module: path, adapterName, adapter: null });
      }
    if (owners.size === 0) continue;
    for (const [own, parameter] of module.parameters) {
      const owner = owners.get(parameter);
      if (!owner || !owners.delete(parameter)) continue;
      const name = path === '' ? own : `${path}.${own}`;
      const length = parameter.shape.reduce((product, size) => product * size, 1);
      tensors.push({ ...owner, name, part: partOf(name, owner), parameter, offset: total, length });
      total += aligned(length);
    }
  }
  const byParameter = new Map(tensors.map((tensor) => [tensor.parameter, tensor]));
  const factors = new Map<LowRank, FactorPlaces>();
  for (const { lowRank } of adapters.map(({ adapter }) => adapter)) {
    if (!lowRank) continue;
    const { made, rank } = lowRank;
    if (!made) {
      const [a, b] = [byParameter.get(lowRank.a), byParameter.get(lowRank.b)];
      if (a && b) factors.set(lowRank, { aOffset: a.offset, bOffset: b.offset });
      continue;
    }
    const bOffset = total + aligned(rank * made.inFeatures);
    factors.set(lowRank, { aOffset: total, bOffset });
    total = bOffset + aligned(made.outFeatures * rank);
  }
  return { tensors, adapters, factors, total, byParameter };
}

const aligned = (length: number): number => Math.ceil(length / ALIGNMENT) * ALIGNMENT;

/** `lora_A.default.weight` behind the module → `lora_A.weight`: adapters are the children of what the method names. */
const partOf = (name: string, { module }: Owner): string =>
  name
    .slice(module === '' ? 0 : module.length + 1)
    .split('.')
    .filter((_, i) => i !== 1)
    .join('.');
