// The wrapper in which PEFT keeps a module beside its trainable copy, and which of the two runs. adapters/saved builds it.
import type { Module } from './module.ts';

/** Its class name. */
export const SAVED_WRAPPER = 'ModulesToSaveWrapper';

/** Path inside the wrapper of the module that runs: the copy, or the original where adapters are disabled. */
export function runningPart(wrapper: Module): readonly string[] {
  const [name] = wrapper.child('modules_to_save').children.keys();
  const disabled = wrapper.kind.type === 'saved' && wrapper.kind.disabled;
  return disabled || name === undefined ? ['original_module'] : ['modules_to_save', name];
}
