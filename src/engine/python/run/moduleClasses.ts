// The classes that a version of transformers gives the modules of a family that is built like a llama.
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { Versions } from '../../libraries/version.ts';
import { Module } from '../../torch/nn/module.ts';

const ACTIVATION = 'SiLUActivation';

/** Gives the tree the classes of the version, and the rotary tables their old place in each layer. */
export function applyModuleClasses(causal: Module, versions: Versions): void {
  const classes = behaviour(versions, 'moduleClasses');
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
