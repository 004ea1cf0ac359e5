// What is kept of the askings of a long run: never more than fits, its beginning and its end always.
import { expect, it } from 'vitest';
import { MOST_SAID, SaidAnswers } from './saidAnswers.ts';

const stepsOf = ({ all }: SaidAnswers): number[] => [...new Set(all.map(({ step }) => step))];

it('keeps every asking of a usual run, the newest of one step', () => {
  const said = new SaidAnswers();
  for (let step = 10; step <= 300; step += 10) said.add({ prompt: 'Who?', text: `At ${step}.`, step });
  said.add({ prompt: 'Who?', text: 'Again.', step: 20 });
  expect(stepsOf(said)).toHaveLength(30);
  expect(said.all.filter(({ step }) => step === 20).map(({ text }) => text)).toEqual(['Again.']);
});

it('stays spread over the run where the askings grow too long, and keeps the first and the last', () => {
  const most = 1000;
  const said = new SaidAnswers(most);
  for (let step = 1; step <= 500; step++) {
    for (const prompt of ['Who?', 'Where?']) said.add({ prompt, text: 'x'.repeat(40), step });
    const size = said.all.reduce((sum, { prompt, text }) => sum + prompt.length + text.length, 0);
    expect(size).toBeLessThanOrEqual(most);
    expect(stepsOf(said)[0]).toBe(1);
    expect(stepsOf(said).at(-1)).toBe(step);
  }
  const gaps = stepsOf(said).map((step, place, all) => step - (all[place - 1] ?? 0));
  // Ten askings of two questions fit: no stretch without one is longer than twice an even part.
  expect(Math.max(...gaps)).toBeLessThanOrEqual((2 * 500) / 9);
  expect(stepsOf(said).length).toBeGreaterThan(4);
});

it('keeps nothing rather than more than fits', () => {
  const said = new SaidAnswers();
  said.add({ prompt: '', text: 'x'.repeat(MOST_SAID + 1), step: 1 });
  expect(said.all).toEqual([]);
});
