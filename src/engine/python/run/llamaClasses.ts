// The classes that a version of transformers gives the modules of a llama.
import { behaviour } from '../../libraries/rules/behaviours.ts';
import type { Versions } from '../../libraries/version.ts';
import { Module } from '../../torch/nn/module.ts';

/** Gives the tree the classes of the version, and the rotary tables their old place in each layer. */
export function applyModuleClasses(causal: Module, versions: Versions): void {
  const classes = behaviour(versions, 'moduleClasses');
  const model = causal.child('model');
  const rotary = model.child('rotary_emb');
  for (const [, layer] of model.child('layers').children) {
    layer.child('self_attn').className = classes.attention;
    layer.child('mlp').child('act_fn').className = classes.activation;
    if (classes.rotaryPerLayer)
      layer.child('self_attn').children.set('rotary_emb', new Module(rotary.className));
  }
  if (classes.rotaryPerLayer) model.children.delete('rotary_emb');
}
