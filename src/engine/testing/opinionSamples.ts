// Test-only: one message of every command of second opinions and every event, with a value in each of its fields.
import type { Recipe } from '../recipe/recipe.ts';
import type { OpinionCommand, OpinionEvent } from '../session/opinionMessages.ts';
import type { Opinion } from '../training/opinion/opinionShapes.ts';
import type { Samples } from './hubSamples.ts';

const id = 1;

export const opinionCommands = (recipe: Recipe): Samples<OpinionCommand> => ({
  'second-opinion': { type: 'second-opinion', id, recipe, backend: 'auto', layers: true },
  'cancel-opinion': { type: 'cancel-opinion', id },
});

const judged = { largest: 0.5, relative: 0.25, distance: 0.125, cosine: 0.5, bound: 1e-4, agrees: false };

/** One that parts in the attention of the third layer. */
const opinion: Opinion = {
  ours: 'webgpu',
  theirs: 'ort',
  step: 3,
  rows: 2,
  tokens: 48,
  loss: { ...judged, ours: 2.5, theirs: 2 },
  logits: { ...judged, positions: 96 },
  gradients: [
    {
      ...judged,
      name: 'model.layers.2.self_attn.q_proj.lora_A.default.weight',
      region: 2,
      kind: 'self_attn.q_proj lora_A',
    },
    { ...judged, cosine: null, agrees: true, name: 'model.norm.weight', region: 'head', kind: 'model.norm' },
  ],
  layers: [
    { ...judged, pass: 'forward', region: 2 },
    { ...judged, pass: 'backward', region: 'embedding' },
  ],
  place: { pass: 'forward', region: 2, operation: 'attention', path: 'model.layers.2.self_attn' },
};

export const opinionEvents: Samples<OpinionEvent> = {
  'opinion-progress': { type: 'opinion-progress', id, phase: 'theirs', done: 1, total: 2 },
  opinion: { type: 'opinion', id, opinion },
};
