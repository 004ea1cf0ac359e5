// Test-only: one message of every command of the kept runs and every event, with a value in each of its fields.
import type { Recipe } from '../recipe/recipe.ts';
import type { KeptRun } from '../session/keptRun.ts';
import type { RowScoresCommand, RowScoresEvent } from '../session/rowScores.ts';
import type { RunsCommand, RunsEvent } from '../session/runMessages.ts';
import type { Samples } from './hubSamples.ts';

const id = 1;
const run = '0123456789abcdef';
const file = new Blob(['x']);
export const runsCommands: Samples<RunsCommand> = {
  'runs-list': { type: 'runs-list', id },
  'runs-name': { type: 'runs-name', id, run, name: 'a' },
  'runs-remove': { type: 'runs-remove', id, runs: [run] },
  'runs-bring': { type: 'runs-bring', id, file },
  'runs-take': { type: 'runs-take', id, runs: [run] },
  'runs-adapter': { type: 'runs-adapter', id, run },
  'runs-recipe': { type: 'runs-recipe', id, run },
};

const kept = ({ data, ...recipe }: Recipe): KeptRun => ({
  id: run,
  name: 'a',
  at: 1,
  bytes: 2,
  recipe,
  rowsName: data?.name ?? null,
  rowsDigest: 'b',
  device: 'cpu',
  step: 1,
  totalSteps: 2,
  trainedMs: 3,
  curve: [[1, 2.5, 2.25]],
  before: [{ prompt: 'Hi?', text: 'a' }],
  after: [{ prompt: 'Hi?', text: 'b', step: 1 }],
  said: [{ prompt: 'Hi?', text: 'b', step: 1 }],
});

export const runsEvents = (recipe: Recipe): Samples<RunsEvent> => ({
  'runs-listed': { type: 'runs-listed', id, runs: [kept(recipe)], lasts: true, roomBytes: 5 },
  'runs-taken': { type: 'runs-taken', id, files: [{ name: 'a', bytes: new Uint8Array(1) }] },
  'runs-adapter': {
    type: 'runs-adapter',
    id,
    name: 'a',
    recipe,
    files: [{ name: 'a', bytes: new Uint8Array(1) }],
  },
  'runs-recipe': { type: 'runs-recipe', id, recipe },
});

export const rowScoresCommands: Samples<RowScoresCommand> = {
  'score-rows': { type: 'score-rows', id, part: 'eval', place: 3 },
};

export const rowScoresEvents: Samples<RowScoresEvent> = {
  'rows-scored': {
    type: 'rows-scored',
    id,
    done: 1,
    total: 2,
    row: {
      place: 0,
      text: 'a',
      labels: 1,
      loss: Number.NaN,
      base: 2,
      shown: [{ text: 'a', mask: 'trained', tokens: 1, loss: null, base: 2 }],
    },
    ended: false,
  },
};
