// The module tree with PyTorch's names: modules, parameters, training mode, hooks. The wiring (PEFT, Transformers, TRL)
// acts on it as the real libraries act on theirs; the model families record their forward pass from it. No numbers.
import type { FourBitType } from '../../../shaders/quant/blockwise4.ts';
import { invariant } from '../../ground/errors.ts';
import type { DType } from '../autograd/value.ts';
import type { OwnKind } from './ownModule.ts';

/** `linear`: what nn.Linear itself draws, U(-1/√in, 1/√in), before PEFT draws again. `gaussian`: N(0, 1/r).
 * `decomposed`: taken out of the base weight. `row_norm`: of W + s·B·A, taken once the weights are there. */
export type Initialisation =
  | 'loaded'
  | 'kaiming_uniform'
  | 'linear'
  | 'gaussian'
  | 'normal'
  | 'zeros'
  | 'row_norm'
  | 'decomposed'
  | 'ones'
  | { readonly fill: number };

export interface Parameter {
  /** Local name: `weight`, `bias`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** As the library reports it; a 4-bit weight is uint8. */
  dtype: DType;
  requiresGrad: boolean;
  /** 4-bit type of a bitsandbytes Params4bit, else null. */
  readonly quantised: FourBitType | null;
  /** Bytes as stored. */
  bytes: number;
  /** Whether every element is zero at the start (lora_B at its default initialisation). */
  readonly zeroAtStart: boolean;
  /** Initial value, for parameters that are created rather than loaded. */
  readonly init: Initialisation;
}

export type ModuleKind =
  /** `transposed`: a Conv1D of transformers, which keeps its weight as [in, out]. */
  | {
      readonly type: 'linear';
      readonly inFeatures: number;
      readonly outFeatures: number;
      readonly transposed?: boolean;
    }
  | { readonly type: 'embedding'; readonly rows: number; readonly width: number }
  /** `offset` is added to the weight: 1 where a family keeps w − 1. `centred`: the mean is taken off (LayerNorm). */
  | {
      readonly type: 'norm';
      readonly width: number;
      readonly eps: number;
      readonly offset?: number;
      readonly centred?: boolean;
    }
  /** A wrapper around `base_layer`; adapters by name. */
  | {
      readonly type: 'adapted';
      readonly adapters: Map<string, Adapter>;
      active: readonly string[];
      disabled: boolean;
    }
  /** A module beside its trainable copy; disabled: the original answers. */
  | { readonly type: 'saved'; disabled: boolean }
  | { readonly type: 'convolution' }
  | { readonly type: 'decoder-layer'; readonly index: number }
  | { readonly type: 'container' }
  | OwnKind;

/** Two factors beside a frozen linear or embedding: y += scale · B (A drop(x)). */
export interface LowRank {
  /** A [r, in] and B [out, r], of an embedding [r, V] and [C, r]; or the vectors that they are made of. */
  readonly a: Parameter;
  readonly b: Parameter;
  readonly rank: number;
  /** s = lora_alpha / r, or lora_alpha / √r (rsLoRA). */
  readonly scale: number;
  readonly dropout: number;
  /** Shapes of factors that are made of a and b before a step, A [r, inFeatures] and B [outFeatures, r]; null: a and b are the factors. */
  readonly made: { readonly inFeatures: number; readonly outFeatures: number } | null;
  /** Modules below the wrapper whose outputs are A x and B A x; null where the factors are no modules. */
  readonly modules: { readonly a: string; readonly b: string } | null;
}

/** A trained number for each output of a linear, by which it is multiplied. */
export interface OutputScale {
  /** [out] or [out, 1] */
  readonly vector: Parameter;
  /** Divided by the norms of the rows of W + s·B·A, which count as constant. */
  readonly overRowNorms: boolean;
  /** Module below the wrapper that holds the vector, or null. */
  readonly module: string | null;
}

/** What one adapter adds to a module, whatever method made it. The operations know these hooks and no method's name. */
export interface Adapter {
  /** PEFT's peft_type. */
  readonly type: string;
  /** What it trains, in the order of named_parameters(). */
  readonly trained: readonly Parameter[];
  readonly lowRank: LowRank | null;
  /** [in] or [1, in], by which the input is multiplied. */
  readonly inputScale: Parameter | null;
  readonly outputScale: OutputScale | null;
  /** Path below the wrapper of a module that runs in the place of `base_layer`, or null. */
  readonly instead: string | null;
  /** Tensors that are all multiplied into what is added to the weight, in whatever shape: where one of them is zero, the others' gradients are. */
  readonly product?: readonly Parameter[];
  /** The model adds a penalty on them to the loss that it returns. */
  readonly penalised?: readonly Parameter[];
}

export class Module {
  /** As Python prints it; it differs between versions. */
  className: string;
  readonly kind: ModuleKind;
  readonly children = new Map<string, Module>();
  readonly parameters = new Map<string, Parameter>();
  training = false;
  /** What repr() prints between the brackets, where `kind` doesn't say it. */
  extra: string | null = null;

  constructor(className: string, kind: ModuleKind = { type: 'container' }) {
    this.className = className;
    this.kind = kind;
  }

  child(name: string): Module {
    const found = this.children.get(name);
    invariant(found, `module ${this.className} has no child '${name}'`);
    return found;
  }

  /** The module at a dotted path below this one, or null. */
  at(path: string): Module | null {
    let module: Module | undefined = this;
    for (const part of path === '' ? [] : path.split('.')) module = module?.children.get(part);
    return module ?? null;
  }

  /**
   * named_modules(): itself first, then depth first in insertion order. Two stacks and no arrays a module: the laboratory walks the
   * tree at every keystroke.
   */
  *namedModules(prefix = ''): Generator<[path: string, module: Module]> {
    const paths = [prefix];
    const modules: Module[] = [this];
    for (let module = modules.pop(); module; module = modules.pop()) {
      const path = paths.pop() ?? '';
      yield [path, module];
      if (module.children.size === 0) continue;
      const start = path === '' ? '' : `${path}.`;
      // The first child is to be taken first, so they are laid down from the end.
      let at = modules.length + module.children.size;
      for (const [name, child] of module.children) {
        at -= 1;
        paths[at] = start + name;
        modules[at] = child;
      }
    }
  }

  /** modules(), in the order of namedModules: for walks that need no path. */
  *modules(): Generator<Module> {
    const modules: Module[] = [this];
    for (let module = modules.pop(); module; module = modules.pop()) {
      yield module;
      let at = modules.length + module.children.size;
      for (const child of module.children.values()) {
        at -= 1;
        modules[at] = child;
      }
    }
  }

  /** parameters(), tied ones once. */
  *allParameters(): Generator<Parameter> {
    const seen = new Set<Parameter>();
    for (const module of this.modules())
      for (const parameter of module.parameters.values()) {
        if (seen.has(parameter)) continue;
        seen.add(parameter);
        yield parameter;
      }
  }

  /** named_parameters(), tied parameters once. */
  *namedParameters(): Generator<[name: string, parameter: Parameter, owner: Module]> {
    const seen = new Set<Parameter>();
    for (const [path, module] of this.namedModules()) {
      for (const [name, parameter] of module.parameters) {
        if (seen.has(parameter)) continue;
        seen.add(parameter);
        yield [path === '' ? name : `${path}.${name}`, parameter, module];
      }
    }
  }

  /** train(mode) on the whole subtree. */
  train(mode = true): void {
    for (const module of this.modules()) module.training = mode;
  }
}

export function parameter(
  name: string,
  shape: readonly number[],
  options: Partial<Omit<Parameter, 'name' | 'shape'>> = {},
): Parameter {
  const count = shape.reduce((product, size) => product * size, 1);
  const dtype = options.dtype ?? 'float32';
  return {
    name,
    shape,
    dtype,
    requiresGrad: options.requiresGrad ?? true,
    quantised: options.quantised ?? null,
    bytes: options.bytes ?? count * bytesOf(dtype),
    zeroAtStart: options.zeroAtStart ?? false,
    init: options.init ?? 'loaded',
  };
}

export function bytesOf(dtype: DType): number {
  if (dtype === 'float32') return 4;
  if (dtype === 'int64') return 8;
  return dtype === 'uint8' || dtype === 'int8' ? 1 : 2;
}
