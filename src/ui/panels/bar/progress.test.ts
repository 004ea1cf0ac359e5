// The bar's words while a run loads: which file comes, how much of it, and when a silent server is asked again.
import { expect, it } from 'vitest';
import { defaultValues, same } from '../../../engine/index.ts';
import { newRun } from '../../state/reduce.ts';
import type { Run } from '../../state/state.ts';
import { startTexts, textsOf } from '../../texts/i18n.ts';
import { progressWords } from './progress.ts';

const loading: Run = {
  ...newRun({ preset: 'ships-log', values: defaultValues }),
  total: 2_630_760,
  done: 1_000_000,
};
startTexts('en');
const t = textsOf('en');

it('names the file and its size', () => {
  const run = { ...loading, file: { name: 'model.safetensors', waitMs: 0 } };
  expect(progressWords(t, run, 'en').main).toMatch(/^loading model\.safetensors, .+ of .+$/);
});

it('says when it is asked for again', () => {
  const run = { ...loading, file: { name: 'model.safetensors', waitMs: 4000 } };
  expect(progressWords(t, run, 'en').main).toMatch(/^model\.safetensors does not come: asked again in 0:04$/);
});

it('counts kernels, not bytes, while they are compiled', () => {
  const run: Run = { ...loading, note: 'compiling', done: 34, total: 58 };
  expect(progressWords(t, run, 'en').main).toBe('compiling kernels for this device, 34 of 58');
  expect(progressWords(textsOf('zh'), run, 'zh').main).toContain('34 / 58');
});

it('sends a reader to the reason of a stop, not to its code', () => {
  const error = {
    code: 'fetch-offline',
    message: same('No answer.'),
    remedy: same('Try again.'),
    data: {},
  } as const;
  const run: Run = { ...loading, phase: 'failed', failure: { error, raisedBy: 'engine' } };
  expect(progressWords(t, run, 'en')).toEqual({
    main: 'stopped, the reason is below',
    rest: [],
    bad: true,
  });
});
