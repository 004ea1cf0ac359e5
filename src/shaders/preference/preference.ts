// Declares the preference losses over pairs: DPO (sigmoid, hinge, ipo) against a reference, and ORPO without one.
// Source: TRL 1.16 trainer/dpo_trainer.py, experimental/orpo/orpo_trainer.py; numerics reference 4.7.
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import { lanes, MANY_LANES, totalChain, totalSnippet } from '../lib/total.ts';
import type { OBJECTIVES } from './preference.ref.ts';
import { preferenceReference, preferenceSumsReference } from './preference.ref.ts';
import source from './preference.wgsl?raw';
import sumsSource from './preference_sums.wgsl?raw';

export type PreferenceObjective = keyof typeof OBJECTIVES;

/** rows [2P·T, 4], starts [2P] → sums [2P, 8]: what `preference` of many lanes wants to know. */
export const preferenceSums = defineKernel({
  name: 'preference_sums',
  source: sumsSource,
  snippets: [totalSnippet],
  buffers: { rows: 'read', starts: 'read u32', sums: 'read_write' },
  params: { pairs: 'u32', t: 'u32' },
  constants: { LANES: MANY_LANES },
  workgroups: ({ pairs }) => [2 * pairs, 1, 1],
  chain: ({ t }, { LANES }) => Math.ceil(t / LANES) + totalChain(LANES),
  reference: preferenceSumsReference,
});

/** rows [2P·T, 4], starts [2P], references [2P] → weights [2P·T], metrics; or rows → references. */
export const preference = defineKernel({
  name: 'preference',
  source,
  snippets: [stepSnippet],
  buffers: {
    rows: 'read',
    starts: 'read u32',
    step: 'uniform',
    references: 'read_write',
    weights: 'read_write',
    metrics: 'read_write',
    sums: 'read',
  },
  params: { pairs: 'u32', t: 'u32', offset: 'u32', beta: 'f32' },
  constants: { ...lanes, OBJECTIVE: 1 },
  workgroups: () => [1, 1, 1],
  chain: ({ pairs, t }, { LANES }) =>
    LANES === 64 ? 3 * t + 2 * pairs : Math.ceil((2 * pairs * t) / LANES) + 2 * pairs,
  reference: preferenceReference,
});
