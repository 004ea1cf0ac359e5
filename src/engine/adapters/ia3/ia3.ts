// IA3 on the module tree: a vector beside each target, on its input where it is a feedforward module, else on its output. The wrapper
// is of the same kind as LoRA's, so that switching and counting go the same way. Source: PEFT 0.21 tuners/ia3/layer.py.
import type { LoraAdapter } from '../../torch/nn/module.ts';
import { Module, parameter } from '../../torch/nn/module.ts';

interface Ia3Options {
  readonly adapterName: string;
}

/** The shell around one module, without any vector yet. */
export function ia3Shell(module: Module): Module {
  const adapters = new Map<string, LoraAdapter>();
  const wrapper = new Module(module.className, { type: 'lora', adapters, active: [], disabled: false });
  wrapper.children.set('base_layer', module);
  wrapper.children.set('ia3_l', new Module('ParameterDict'));
  return wrapper;
}

const none = { r: 0, alpha: 0, rslora: false, scaling: 1, dropout: 0, dora: false, init: 'true', vera: null };

/** Gives the wrapper at `path` its vector, all ones: [1, in] for a feedforward module, else [out, 1]. */
export function updateIa3(
  wrapper: Module,
  path: string,
  { adapterName }: Ia3Options,
  feedforwardNames: readonly string[],
): void {
  const base = wrapper.child('base_layer');
  if (wrapper.kind.type !== 'lora' || base.kind.type !== 'linear') return;
  const feedforward = feedforwardNames.some((name) => path.endsWith(name));
  wrapper.kind.adapters.set(adapterName, { ...none, ia3: { feedforward } });
  const shape = feedforward ? [1, base.kind.inFeatures] : [base.kind.outFeatures, 1];
  wrapper.child('ia3_l').parameters.set(adapterName, parameter(adapterName, shape, { init: 'ones' }));
}
