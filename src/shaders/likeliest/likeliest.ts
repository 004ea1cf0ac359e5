// Declares `likeliest_parts` and `likeliest`: the next token of a greedy answer is found on the device, so that the pass that reads it can
// be on its way before anyone here knows it. Draws by temperature are not here: they are made in float64 (generate/pickToken.ts).
import { defineKernel } from '../kernel.ts';
import { stepSnippet } from '../lib/step.ts';
import best from './best.wgsl?raw';
import { likeliestPartsReference, likeliestReference } from './likeliest.ref.ts';
import source from './likeliest.wgsl?raw';
import partsSource from './likeliest_parts.wgsl?raw';

/** Stretches of the scores. */
export const PARTS = 128;

/** scores [V] → values, places [PARTS]; places are whole numbers below 2^24. */
export const likeliestParts = defineKernel({
  name: 'likeliest_parts',
  source: partsSource,
  snippets: [best],
  buffers: { scores: 'read', values: 'read_write', places: 'read_write' },
  params: { v: 'u32' },
  constants: { PARTS },
  workgroups: () => [PARTS, 1, 1],
  chain: ({ v }) => Math.ceil(Math.ceil(v / PARTS) / 64),
  reference: likeliestPartsReference,
});

/** values, places [PARTS] → ids[0], said[position] */
export const likeliest = defineKernel({
  name: 'likeliest',
  source,
  snippets: [stepSnippet, best],
  buffers: { values: 'read', places: 'read', step: 'uniform', ids: 'read_write u32', said: 'read_write' },
  params: {},
  constants: { PARTS },
  workgroups: () => [1, 1, 1],
  chain: () => PARTS / 64,
  reference: likeliestReference,
});
