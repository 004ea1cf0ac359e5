// What every tuner of PEFT does to a model, whatever its method: wraps the targets, freezes the rest, switches adapters, keeps copies of
// whole modules. Source: PEFT 0.17 tuners/tuners_utils.py inject_adapter, set_adapter.

import type { DType } from '../torch/autograd/value.ts';
import type { Module } from '../torch/nn/module.ts';
import type { AttachingScript } from './method.ts';
import type { AdapterValues, Method } from './methods.ts';
import type { Narrowing } from './modulePatterns.ts';
import { isSaved, wrapSavedModules } from './saved/savedModules.ts';
import type { TargetModules } from './targetModules.ts';
import { targetedModules } from './targets.ts';

/** A configuration object of PEFT. */
export interface PeftConfig {
  readonly method: Method;
  /** What the method's own arguments are read from. */
  readonly values: AdapterValues;
  readonly target: TargetModules;
  readonly narrowing: Narrowing;
  /** inference_mode=True: attached and active, but frozen. */
  readonly inferenceMode: boolean;
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
 * causal LM, or a PeftModel at a second wrap). Throws PythonError with PEFT's texts when nothing or the wrong kind of module is targeted.
 */
export function injectAdapter(root: Module, config: PeftConfig, script: AttachingScript): void {
  const { method, values } = config;
  const { defaultTargets: defaults, supports } = method;
  const { modulesToSave, savedLater = [] } = config;
  const saved = script.behaves('savedNotTargeted')
    ? modulesToSave.filter((name) => !savedLater.includes(name))
    : [];
  const narrowing = { ...config.narrowing, saved };
  const targeting = { ...config, narrowing, method: method.type, defaults, supports };
  const targets = targetedModules(root, targeting, script);
  method.attach(root, targets, config, script);
  for (const [name, tensor] of root.namedParameters())
    if (!name.includes(method.prefix)) tensor.requiresGrad = false;
  method.thaw?.(root, values);
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
export function saveModules(root: Module, config: PeftConfig, script: AttachingScript): void {
  const { modulesToSave, adapterName, inferenceMode } = config;
  refuseAdapted(root, modulesToSave, script);
  const saved = wrapSavedModules(root, modulesToSave, adapterName, {
    trainable: !inferenceMode || script.behaves('frozenCopyTrains'),
    originalTrains: script.behaves('savedOriginalTrains'),
  });
  if (modulesToSave.length === 0 || saved > 0) return;
  const names = modulesToSave.map((name) => `'${name}'`).join(', ');
  script.raise(
    'ValueError',
    `Target modules {${names}} not found in the base model. Please check the target modules and try again.`,
  );
}
