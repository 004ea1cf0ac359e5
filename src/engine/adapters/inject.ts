// What every tuner of PEFT does to a model, whatever its method: wraps the targets, freezes the rest, switches adapters, keeps copies of
// whole modules. Source: PEFT 0.17 tuners/tuners_utils.py inject_adapter, set_adapter.

import type { DType } from '../torch/autograd/value.ts';
import { Module } from '../torch/nn/module.ts';
import type { AdapterMethod, AttachingScript, AttachOptions, Target } from './method.ts';
import type { AdapterValues } from './methods.ts';
import type { Narrowing } from './modulePatterns.ts';
import type { Prompt } from './prompts/prompts.ts';
import { isSaved, wrapSavedModules } from './saved/savedModules.ts';
import type { TargetModules } from './targetModules.ts';
import { targetedModules } from './targets.ts';

/** What attaching asks of a method, trained here or judged only. */
export interface Tuner
  extends Pick<AdapterMethod<string, Record<never, never>>, 'type' | 'prefix' | 'modelClass' | 'supports'> {
  readonly attach: (
    root: Module,
    targets: readonly Target[],
    options: AttachOptions<AdapterValues>,
    script: AttachingScript,
  ) => void;
  readonly thaw?: (root: Module, values: AdapterValues) => void;
}

/** A configuration object of PEFT. */
export interface PeftConfig {
  readonly method: Tuner;
  /** Makes the encoder of a method that wraps nothing and stands before the model. */
  readonly prompt?: Prompt;
  /** What the method's own arguments are read from. */
  readonly values: AdapterValues;
  readonly target: TargetModules;
  readonly narrowing: Narrowing;
  /** inference_mode=True: attached and active, but frozen. */
  readonly inferenceMode: boolean;
  /** fan_in_fan_out, which is no setting: PEFT sets it right. */
  readonly fanIn?: boolean;
  readonly adapterName: string;
  /** Names (suffixes) of modules that get a trainable copy. */
  readonly modulesToSave: readonly string[];
  /** Those of them that the injection doesn't know yet: heads that PeftModelForTokenClassification and QuestionAnswering add. */
  readonly savedLater?: readonly string[];
  /** dtype of new adapter weights on a base weight of the given dtype. */
  readonly dtypeOn: (base: DType) => DType;
}

/** Wrappers below a module. */
export function adaptedModules(root: Module): Module[] {
  return [...root.modules()].filter(({ kind }) => kind.type === 'adapted');
}

/** set_adapter: one adapter active and trainable (unless inference mode), all others frozen. */
export function activateAdapter(root: Module, adapter: string, trainable: boolean): void {
  for (const wrapper of adaptedModules(root)) {
    if (wrapper.kind.type !== 'adapted') continue;
    for (const name of wrapper.kind.adapters.keys())
      requireGrad(wrapper, name, name === adapter && trainable);
    wrapper.kind.active = [adapter];
  }
}

/** Sets requires_grad of one adapter's tensors in a wrapper. */
export function requireGrad({ kind }: Module, adapter: string, requiresGrad: boolean): void {
  const trained = (kind.type === 'adapted' && kind.adapters.get(adapter)?.trained) || [];
  for (const tensor of trained) tensor.requiresGrad = requiresGrad;
}

/** Whether an adapter's tensors in a wrapper require grad. */
export const requiresGrad = ({ kind }: Module, adapter: string): boolean =>
  kind.type === 'adapted' &&
  (kind.adapters.get(adapter)?.trained.some((tensor) => tensor.requiresGrad) ?? false);

/**
 * inject_adapter: wraps the targets in place and freezes everything that is not of this method. `root` is whatever PEFT was given (a
 * causal LM, or a PeftModel at a second wrap). Throws PythonError with PEFT's texts when nothing or the wrong kind of module is
 * targeted. Gives the targets that hang beside a copy of modules_to_save, which isn't made yet.
 */
export function injectAdapter(root: Module, config: PeftConfig, script: AttachingScript): readonly Target[] {
  const { method, values } = config;
  const { supports } = method;
  const { modulesToSave, savedLater = [] } = config;
  const saved = script.behaves('savedNotTargeted')
    ? modulesToSave.filter((name) => !savedLater.includes(name))
    : [];
  const narrowing = { ...config.narrowing, saved };
  const targeting = { ...config, narrowing, method: method.type, supports };
  const early = modulesToSave.filter((name) => !savedLater.includes(name));
  const { targets, beside } = besideSaved(root, targetedModules(root, targeting, script), early, script);
  method.attach(root, targets, config, script);
  for (const [name, tensor] of root.namedParameters())
    if (!name.includes(method.prefix)) tensor.requiresGrad = false;
  method.thaw?.(root, values);
  return beside;
}

/** Places of a path above it, nearest last: `a.b.c` → a, a.b. */
const above = (path: string): string[] =>
  path.split('.').flatMap((_, i, parts) => (i === 0 ? [] : [parts.slice(0, i).join('.')]));

/**
 * The loop over the targets wraps what modules_to_save names on its way, so that a target below looks for itself in the wrapper. There it
 * finds nothing, or from 0.14 on the copy's own: hung on the wrapper, nothing runs it; deeper, the copy is made anew after it.
 */
function besideSaved(
  root: Module,
  targets: readonly Target[],
  names: readonly string[],
  script: AttachingScript,
): { readonly targets: readonly Target[]; readonly beside: readonly Target[] } {
  const list = script.behaves('savedRefusesLists');
  const saved = [...root.namedModules()].filter(([path]) => isSaved(path, names));
  const rule = script.behaves('savedSwallowsTarget');
  if (list !== null && rule !== 'copies' && saved.some(([, { className }]) => className === 'ModuleList'))
    script.raise('TypeError', `modules_to_save cannot be applied to modules of type ${list}`);
  if (rule === 'copies' || names.length === 0) return { targets, beside: [] };
  const wrapper = (path: string): string | undefined => above(path).find((one) => isSaved(one, names));
  const inside = targets.filter(([path]) => wrapper(path) !== undefined);
  const [first] = inside;
  const at = first && wrapper(first[0]);
  if (rule === 'refuses' && first && at !== undefined) {
    const part = first[0].slice(at.length + 1).split('.')[0];
    script.raise('AttributeError', `ModulesToSaveWrapper has no attribute \`${part}\``);
  }
  return {
    targets: targets.filter(([path]) => wrapper(path) === undefined),
    beside: inside.filter(([path]) => above(path).at(-1) === wrapper(path)),
  };
}

/** Adapters on the copies that stand beside them in their wrapper. */
function hangBeside(
  root: Module,
  config: PeftConfig,
  beside: readonly Target[],
  script: AttachingScript,
): void {
  for (const [path] of beside) {
    const parent = above(path).at(-1) ?? '';
    const found = [...root.namedModules()].find(
      ([at, { kind }]) => kind.type === 'saved' && (at === parent || at.endsWith(`.${parent}`)),
    )?.[1];
    const parts = path.split('.');
    const name = parts.at(-1) ?? '';
    const copy = found?.children.get('modules_to_save')?.children.get(config.adapterName)?.children.get(name);
    if (!found || !copy) continue;
    // A tree of its own under the same path: patterns of rank and alpha go by it.
    const alone = new Module('ModuleDict');
    let holder = alone;
    for (const part of parts.slice(0, -1)) {
      const inner = new Module('ModuleDict');
      holder.children.set(part, inner);
      holder = inner;
    }
    holder.children.set(name, copy);
    config.method.attach(alone, [[path, copy]], config, script);
    found.children.set(name, holder.child(name));
    for (const tensor of copy.allParameters()) tensor.requiresGrad = true;
    requireGrad(holder.child(name), config.adapterName, !config.inferenceMode);
  }
}

/** A copy of a module that has an adapter makes no sense. */
function refuseAdapted(root: Module, names: readonly string[], script: AttachingScript): void {
  if (names.length === 0 || !script.behaves('savedRefusesAdapted')) return;
  for (const [path, { kind, className }] of root.namedModules()) {
    if (kind.type !== 'adapted' || !isSaved(path, names)) continue;
    const [folder = '', name = ''] = className.split('.');
    const file = /bit(Lt)?$/.test(name) ? 'bnb' : 'layer';
    script.raise(
      'TypeError',
      `modules_to_save cannot be applied to modules of type <class 'peft.tuners.${folder}.${file}.${name}'>`,
    );
  }
}

/** modules_to_save: done by the PeftModel, after the injection. */
export function saveModules(
  root: Module,
  config: PeftConfig,
  script: AttachingScript,
  beside: readonly Target[] = [],
): void {
  const { modulesToSave, adapterName, inferenceMode } = config;
  refuseAdapted(root, modulesToSave, script);
  const saved = wrapSavedModules(root, modulesToSave, adapterName, {
    trainable: !inferenceMode || script.behaves('frozenCopyTrains'),
    originalTrains: script.behaves('savedOriginalTrains'),
  });
  hangBeside(root, config, beside, script);
  if (modulesToSave.length === 0 || saved > 0) return;
  const names = modulesToSave.map((name) => `'${name}'`).join(', ');
  script.raise(
    'ValueError',
    `Target modules {${names}} not found in the base model. Please check the target modules and try again.`,
  );
}
