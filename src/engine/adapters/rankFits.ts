// Refuses an adapter whose rank exceeds the smaller side of the layer it hangs on: B·A then has no more rank to give.
// PEFT attaches it without a word; here it is an error that names the layer.
import type { Module } from '../torch/nn/module.ts';
import { rankTooLarge } from './adapterErrors.ts';

/** Throws UserError 'lora-rank' for the first layer that is too small. */
export function assertRankFits(root: Module): void {
  for (const [path, module] of root.namedModules()) {
    if (module.kind.type !== 'adapted') continue;
    const { kind } = module.child('base_layer');
    if (kind.type !== 'linear') continue;
    const smaller = Math.min(kind.inFeatures, kind.outFeatures);
    for (const { lowRank } of module.kind.adapters.values()) {
      const r = lowRank?.rank ?? 0;
      if (r <= smaller) continue;
      throw rankTooLarge({ path, r, smaller, shape: [kind.outFeatures, kind.inFeatures] });
    }
  }
}
