// Putting a wrapper in a module's place, as every tuner of PEFT does. Source: PEFT 0.21 tuners/tuners_utils.py.
import { invariant } from '../ground/errors.ts';
import type { Adapter } from '../torch/nn/module.ts';
import { Module } from '../torch/nn/module.ts';
import type { AttachingScript, Target } from './method.ts';

/** Replaces the module at a dotted path below `root`. */
export function replaceModule(root: Module, path: string, module: Module): void {
  const at = path.lastIndexOf('.');
  root.at(at < 0 ? '' : path.slice(0, at))?.children.set(path.slice(at + 1), module);
}

/** A wrapper around a module, without any adapter yet; `dictionaries`: what PEFT keeps there, by name and class. */
export function shellAround(
  module: Module,
  className: string,
  dictionaries: readonly (readonly [name: string, className: 'ModuleDict' | 'ParameterDict'])[],
): Module {
  const adapters = new Map<string, Adapter>();
  const wrapper = new Module(className, { type: 'adapted', adapters, active: [], disabled: false });
  wrapper.children.set('base_layer', module);
  for (const [name, dictionary] of dictionaries) wrapper.children.set(name, new Module(dictionary));
  return wrapper;
}

/** Gives a wrapper an adapter, in the place of the one of that name. */
export function setAdapterOf(wrapper: Module, name: string, adapter: Adapter): void {
  invariant(wrapper.kind.type === 'adapted', `'${wrapper.className}' is no wrapper`);
  wrapper.kind.adapters.set(name, adapter);
}

const fanText = (from: 'True' | 'False', module: string): string =>
  `UserWarning: fan_in_fan_out is set to ${from} but the target module is \`${module}\`. Setting fan_in_fan_out to ${from === 'True' ? 'False' : 'True'}.`;

/**
 * fan_in_fan_out says that weights are kept as [in, out], as a Conv1D has them. PEFT sets it right for every target, and says so; Python prints
 * a text once. Source: PEFT 0.21 tuners/{lora/layer,ia3/model,vera/model}.py; run on 0.5.0, 0.12.0, 0.17.1 and 0.21.2.
 */
export function warnFanIn(
  targets: readonly Target[],
  fanIn: boolean | undefined,
  script: Pick<AttachingScript, 'warn'>,
): void {
  const told = new Set<string>();
  let turned = fanIn === true;
  for (const [, target] of targets) {
    const module = target.kind.type === 'adapted' ? target.child('base_layer') : target;
    const isTurned = module.kind.type === 'linear' && module.kind.transposed === true;
    // Packed linears have dispatchers of their own, which don't look.
    if (!isTurned && module.className !== 'Linear') continue;
    if (isTurned !== turned)
      told.add(isTurned ? fanText('False', 'Conv1D') : fanText('True', 'torch.nn.Linear'));
    turned = isTurned;
  }
  for (const text of told) script.warn(text);
}

/** Wraps what is not wrapped yet, and gives every target its adapter. */
export function wrapEach(
  root: Module,
  targets: readonly Target[],
  shell: (module: Module) => Module,
  fill: (wrapper: Module, path: string) => void,
): void {
  for (const [path, module] of targets) {
    let wrapper = module;
    if (module.kind.type !== 'adapted') {
      wrapper = shell(module);
      for (const part of wrapper.modules()) if (part !== module) part.training = module.training;
      replaceModule(root, path, wrapper);
    }
    fill(wrapper, path);
  }
}
