// modules_to_save: a module beside its trainable copy, as PEFT's ModulesToSaveWrapper keeps them. Names only; the copy's
// numbers are the original's. Source: PEFT 0.17 utils/other.py ModulesToSaveWrapper, _set_trainable.

import { invariant } from '../../ground/errors.ts';
import { isFloating } from '../../torch/autograd/value.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';
import { SAVED_WRAPPER } from '../../torch/nn/savedWrapper.ts';

/** A deep copy; packed weights stay frozen. */
export function copyOf(module: Module, requiresGrad: boolean): Module {
  const copy = new Module(module.className, module.kind);
  for (const [name, tensor] of module.parameters)
    copy.parameters.set(name, copyParameter(tensor, requiresGrad));
  for (const [name, child] of module.children) copy.children.set(name, copyOf(child, requiresGrad));
  copy.training = module.training;
  return copy;
}

function copyParameter(tensor: Parameter, requiresGrad: boolean): Parameter {
  return parameter(tensor.name, tensor.shape, {
    ...tensor,
    requiresGrad: requiresGrad && isFloating(tensor.dtype),
  });
}

export interface SavedOptions {
  readonly trainable: boolean;
  /** PEFT before 0.6 leaves the original trainable too. */
  readonly originalTrains: boolean;
}

/** Whether modules_to_save means a module: PEFT compares ends of paths, so that "norm" is every input_layernorm too. */
export const isSaved = (path: string, names: readonly string[]): boolean =>
  names.some((name) => path.endsWith(name));

export interface DisablingOptions {
  /** PEFT before 0.6 leaves every flag as it is. */
  readonly keepsFlags: boolean;
  readonly thawsOriginal: boolean;
}

/** Disabling the adapters: the originals answer. Source: utils/other.py ModulesToSaveWrapper.enable_adapters. */
export function disableCopies(root: Module, { keepsFlags, thawsOriginal }: DisablingOptions): void {
  for (const wrapper of root.modules()) {
    if (wrapper.kind.type !== 'saved') continue;
    wrapper.kind.disabled = true;
    const thawed = thawsOriginal ? wrapper.child('original_module').allParameters() : [];
    for (const tensor of thawed) tensor.requiresGrad = true;
    const frozen = keepsFlags ? [] : wrapper.child('modules_to_save').allParameters();
    for (const tensor of frozen) tensor.requiresGrad = false;
  }
}

/** The copies answer again. */
export function enableCopies(root: Module, keepsFlags: boolean): void {
  for (const wrapper of root.modules()) {
    if (wrapper.kind.type !== 'saved') continue;
    wrapper.kind.disabled = false;
    if (keepsFlags) continue;
    for (const tensor of wrapper.child('original_module').allParameters()) tensor.requiresGrad = false;
    for (const tensor of wrapper.child('modules_to_save').allParameters()) tensor.requiresGrad = true;
  }
}

/** What unload() leaves of a wrapper: the copy, without an adapter of its own. */
export function activeCopy(wrapper: Module): Module {
  const [copy] = wrapper.child('modules_to_save').children.values();
  invariant(copy, 'ModulesToSaveWrapper without a copy');
  return copy.children.get('base_layer') ?? copy;
}

/** Wraps every module that `names` mean; answers how many. */
export function wrapSavedModules(
  root: Module,
  names: readonly string[],
  adapter: string,
  options: SavedOptions,
): number {
  const matches = [...root.namedModules()].filter(([path]) => isSaved(path, names));
  for (const [path, module] of matches) {
    const wrapper = new Module(SAVED_WRAPPER, { type: 'saved', disabled: false });
    const copies = new Module('ModuleDict');
    copies.children.set(adapter, copyOf(module, options.trainable));
    wrapper.children.set('original_module', module);
    wrapper.children.set('modules_to_save', copies);
    for (const part of [wrapper, copies]) part.training = module.training;
    for (const tensor of module.allParameters()) tensor.requiresGrad = options.originalTrains;
    const at = path.lastIndexOf('.');
    root.at(at < 0 ? '' : path.slice(0, at))?.children.set(path.slice(at + 1), wrapper);
  }
  return matches.length;
}
