// The guide's advice, tried on the tape under every stack: what the text says in general must be true in the particular.
import { expect, it } from 'vitest';
import { defaultValues } from '../../recipe/recipe.ts';
import { benchConfig } from '../../testing/goldenBench.ts';
import { survey } from '../inspect/survey.ts';
import { advices } from './guide.ts';

const rowsOf = (id: string) => {
  const advice = advices.find((one) => one.id === id);
  if (!advice) throw new Error(`no advice '${id}'`);
  return survey(benchConfig, defaultValues, advice.base, advice.change);
};
const helped = (id: string): string[] =>
  rowsOf(id).flatMap(({ stack, before, after }) =>
    before !== 'trains' && after === 'trains' ? [stack] : [],
  );

it('all-linear never repairs a cut graph', () => {
  expect(helped('all-linear')).toEqual([]);
});

it('the hook repairs what raises, and not what a second preparation froze', () => {
  const raised = rowsOf('hook').filter(({ before }) => before === 'raises');
  expect(raised.length).toBe(10);
  expect(helped('hook')).toEqual(raised.map(({ stack }) => stack));
});

it('preparing after attaching breaks what worked, in every stack in which it worked', () => {
  const worked = rowsOf('prepare-after').filter(({ before }) => before === 'trains');
  expect(worked.length).toBeGreaterThan(5);
  expect(worked.filter(({ after }) => after === 'trains')).toEqual([]);
});

it('loss.requires_grad_(True) never trains', () => {
  expect(helped('loss-requires-grad')).toEqual([]);
});

it('answers in words of both languages', () => {
  for (const { title, body } of advices)
    for (const words of [title, body]) expect(words.en !== '' && /[\u4e00-\u9fff]/.test(words.zh)).toBe(true);
});
