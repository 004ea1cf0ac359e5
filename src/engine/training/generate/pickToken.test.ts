// The next token: greedy takes the first likeliest; sampling stays in the nucleus and follows the probabilities.
import { expect, it } from 'vitest';
import { TorchGenerator } from '../../torch/random/mt19937.ts';
import { pickToken } from './pickToken.ts';

const scores = Float32Array.from([0.1, 0.6, 0.2, 0.1], Math.log);
const options = { doSample: true, temperature: 1, topP: 1 } as const;

it('greedy takes the likeliest', () => {
  expect(pickToken(scores, { ...options, doSample: false }, new TorchGenerator(1))).toBe(1);
});

it('draws by the probabilities', () => {
  const [random, draws, counts] = [new TorchGenerator(3), 4000, [0, 0, 0, 0]];
  for (let i = 0; i < draws; i++) {
    const token = pickToken(scores, options, random);
    counts[token] = (counts[token] ?? 0) + 1;
  }
  // Five standard deviations of a binomial share.
  for (const [token, share] of [0.1, 0.6, 0.2, 0.1].entries())
    expect(Math.abs((counts[token] ?? 0) / draws - share)).toBeLessThan(
      5 * Math.sqrt((share * (1 - share)) / draws),
    );
});

it('top_p keeps the smallest set that reaches it', () => {
  const random = new TorchGenerator(4);
  const seen = new Set(
    Array.from({ length: 500 }, () => pickToken(scores, { ...options, topP: 0.7 }, random)),
  );
  expect([...seen].sort()).toEqual([1, 2]);
});
