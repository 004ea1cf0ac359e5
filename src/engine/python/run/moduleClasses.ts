// What a version of transformers makes of the modules of a family that is built like a llama: their classes, and what requires grad of them.
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { Versions } from '../../libraries/version.ts';
import { Module } from '../../torch/nn/module.ts';

const ACTIVATION = 'SiLUActivation';

/** Gives biases beside 4-bit weights the state that the version loads them in. */
export function applyQuantisedBiases(root: Module, versions: Versions): void {
  const trains = behaviour(versions, 'quantisedBiasTrains');
  for (const module of root.modules()) {
    const bias = module.className === 'Linear4bit' && module.parameters.get('bias');
    if (bias) bias.requiresGrad = trains;
  }
}

/** Gives the tree the classes of the version, the rotary tables their old place in each layer, and biases beside 4-bit weights their state. */
export function applyModuleClasses(causal: Module, versions: Versions): void {
  const classes = behaviour(versions, 'moduleClasses');
  applyQuantisedBiases(causal, versions);
  for (const module of causal.modules()) {
    if (module.className === ACTIVATION) module.className = classes.activation;
    else if (module.className.endsWith('Attention'))
      module.className = module.className.replace(/Attention$/, classes.attention);
  }
  const model = causal.children.get('model');
  const rotary = model?.children.get('rotary_emb');
  if (!model || !rotary || !classes.rotaryPerLayer) return;
  for (const layer of model.children.get('layers')?.children.values() ?? [])
    layer.children.get('self_attn')?.children.set('rotary_emb', new Module(rotary.className));
  model.children.delete('rotary_emb');
}
