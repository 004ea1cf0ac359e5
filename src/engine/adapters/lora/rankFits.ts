// Refuses an adapter whose rank exceeds the smaller side of the layer it hangs on: B·A then has no more rank to give.
// PEFT attaches it without a word; here it is an error that names the layer.
import { defineError } from '../../ground/errors.ts';
import type { Module } from '../../torch/nn/module.ts';

interface TooLarge {
  readonly path: string;
  readonly r: number;
  readonly smaller: number;
  readonly shape: readonly [out: number, width: number];
}

export const rankTooLarge = defineError('lora-rank', ({ path, r, smaller, shape }: TooLarge) => ({
  en: [
    `lora.r: expected at most ${smaller}, the smaller side of ${path} [${shape.join(', ')}], got ${r}.`,
    'Use a smaller r, or leave this layer out of target_modules.',
  ],
  zh: [
    `lora.r：最多为 ${smaller}，即 ${path} [${shape.join(', ')}] 较短的一边，得到 ${r}。`,
    '请减小 r，或把这一层移出 target_modules。',
  ],
}));

/** Throws UserError 'lora-rank' for the first layer that is too small. */
export function assertRankFits(root: Module): void {
  for (const [path, module] of root.namedModules()) {
    if (module.kind.type !== 'lora') continue;
    const { kind } = module.child('base_layer');
    if (kind.type !== 'linear') continue;
    const smaller = Math.min(kind.inFeatures, kind.outFeatures);
    for (const { r } of module.kind.adapters.values()) {
      if (r <= smaller) continue;
      throw rankTooLarge({ path, r, smaller, shape: [kind.outFeatures, kind.inFeatures] });
    }
  }
}
