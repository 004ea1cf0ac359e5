// A method of PEFT that the laboratory judges and this engine doesn't train: the tensors that it hangs beside a linear, and which of them are
// zero at first. Everything else about a wrapper is every tuner's. Left out: what the tensors compute, and targets that are no linears.

import type { ModuleKind, Parameter } from '../torch/nn/module.ts';
import { Module, parameter } from '../torch/nn/module.ts';
import type { AttachingScript, AttachOptions, SharedValues, Target } from './method.ts';
import { setAdapterOf, shellAround, wrapEach } from './wrap.ts';

/** An argument of the configuration as it was given, else the library's default; null: neither is plain. */
export type GivenArgument = (name: string) => string | number | boolean | null;

/** One tensor beside a linear. */
export interface Part {
  /** `hada_w1_a`: where it stands below the wrapper, before the adapter's name. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly zero?: boolean;
  /** Class of the module that holds it as its weight; without: a ParameterDict holds it. */
  readonly inModule?: string;
}

export type LinearSizes = Extract<ModuleKind, { type: 'linear' }>;

export interface JudgedMethod {
  /** peft_type. */
  readonly type: string;
  /** For people. */
  readonly name: string;
  readonly configClass: string;
  readonly modelClass: string;
  /** What the names of its parameters hold. */
  readonly prefix: string;
  readonly layerClass: string;
  /** Whether it is hung on weights packed in 4 or 8 bits, and on those of a Conv1D. */
  readonly takes: { readonly packed: boolean; readonly transposed: boolean };
  readonly parts: (sizes: LinearSizes, given: GivenArgument, script: AttachingScript) => readonly Part[];
  /** Whether its model adds a penalty on its factors to the loss. */
  readonly penalises: boolean;
}

/** The tensor of a part, where PEFT keeps it. */
function place(wrapper: Module, part: Part, adapterName: string, dtype: Parameter['dtype']): Parameter {
  const zero = part.zero === true;
  const inModule = part.inModule ?? null;
  const tensor = parameter(inModule === null ? adapterName : 'weight', part.shape, {
    dtype,
    zeroAtStart: zero,
    init: zero ? 'zeros' : 'normal',
  });
  const holder =
    wrapper.children.get(part.name) ?? new Module(inModule === null ? 'ParameterDict' : 'ModuleDict');
  wrapper.children.set(part.name, holder);
  if (inModule === null) holder.parameters.set(adapterName, tensor);
  else {
    const module = new Module(inModule);
    module.parameters.set('weight', tensor);
    holder.children.set(adapterName, module);
  }
  return tensor;
}

/** Hangs the tensors of a method on every target. */
export function attachJudged(
  method: JudgedMethod,
  given: GivenArgument,
  root: Module,
  targets: readonly Target[],
  options: Pick<AttachOptions<SharedValues>, 'adapterName' | 'dtypeOn'>,
  script: AttachingScript,
): void {
  const { adapterName, dtypeOn } = options;
  const shell = (module: Module): Module => shellAround(module, method.layerClass, []);
  wrapEach(root, targets, shell, (wrapper) => {
    const base = wrapper.child('base_layer');
    if (base.kind.type !== 'linear') return;
    const dtype = dtypeOn(base.parameters.get('weight')?.dtype ?? 'float32');
    const parts = method.parts(base.kind, given, script);
    const trained = parts.map((part) => place(wrapper, part, adapterName, dtype));
    setAdapterOf(wrapper, adapterName, {
      type: method.type,
      trained,
      lowRank: null,
      inputScale: null,
      outputScale: null,
      instead: null,
      product: trained,
      penalised: method.penalises ? trained.filter((_, i) => parts[i]?.zero !== true) : [],
    });
  });
}
