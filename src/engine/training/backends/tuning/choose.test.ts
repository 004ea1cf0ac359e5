// The choice among candidates under clocks that are made up: a GPU that wakes, one that is shared, ties, and an adapter that is slow.
import { describe, expect, it } from 'vitest';
import type { Measure } from './choose.ts';
import { chooseFastest, warmUp } from './choose.ts';

/** What each candidate takes for one run, after so many milliseconds of work altogether. */
function clock(ms: (candidate: number, workedMs: number, reading: number) => number) {
  let worked = 0;
  const readings: { candidate: number; repeats: number; ms: number }[] = [];
  const measure: Measure = (candidate, repeats) => {
    const taken = repeats * ms(candidate, worked, readings.length);
    worked += taken;
    readings.push({ candidate, repeats, ms: taken });
    return Promise.resolve(taken);
  };
  return { measure, readings, worked: () => worked };
}

const fixed = (...times: readonly number[]) => clock((candidate) => times[candidate] ?? Number.NaN);

describe('the fastest candidate', () => {
  it('is told from readings of at least five milliseconds', async () => {
    const { measure, readings } = fixed(0.02, 0.01);
    expect(await chooseFastest(2, measure)).toMatchObject({ index: 1, settled: true, rounds: 2 });
    const last = readings.slice(-2);
    for (const { ms } of last) expect(ms).toBeGreaterThanOrEqual(5);
    // Doubled once, not anew in every round.
    expect(readings.filter(({ ms }) => ms >= 5)).toHaveLength(4);
  });

  it('is read in turns', async () => {
    const { measure, readings } = fixed(6, 7, 8);
    await chooseFastest(3, measure);
    expect(readings.map(({ candidate }) => candidate)).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('is the same on a GPU that gets faster while it is measured', async () => {
    // A seventh of its clock at first, all of it after 60 ms of work: the second candidate gains by its turn alone.
    const waking = (worked: number): number => Math.max(1, 7 - worked / 10);
    const slower = clock((candidate, worked) => (candidate === 0 ? 0.1 : 0.11) * waking(worked));
    expect(await chooseFastest(2, slower.measure)).toMatchObject({ index: 0, settled: true });
    const faster = clock((candidate, worked) => (candidate === 0 ? 0.1 : 0.07) * waking(worked));
    expect(await chooseFastest(2, faster.measure)).toMatchObject({ index: 1, settled: true });
    expect(faster.worked()).toBeGreaterThan(60);
  });

  it('is the portable one unless another is faster by a fifth', async () => {
    expect((await chooseFastest(2, fixed(6, 5.2).measure)).index).toBe(0);
    expect((await chooseFastest(2, fixed(6, 4.7).measure)).index).toBe(1);
  });

  it('is the earlier one of two that tie', async () => {
    expect((await chooseFastest(3, fixed(10, 7, 6.9).measure)).index).toBe(1);
    expect((await chooseFastest(3, fixed(10, 7, 6.4).measure)).index).toBe(2);
  });

  it('is looked for again while two rounds disagree, but not for ever', async () => {
    // Another program is at work during the first round, then in every second one.
    const once = clock((candidate, _, reading) => (candidate === 1 && reading > 1 ? 5 : 10));
    expect(await chooseFastest(2, once.measure)).toMatchObject({ index: 1, settled: true, rounds: 3 });
    const often = clock((candidate, _, reading) => (candidate === 1 && reading % 4 < 2 ? 5 : 10));
    expect(await chooseFastest(2, often.measure)).toMatchObject({ index: 1, settled: false, rounds: 8 });
  });

  it('is read more often where it is close, and the portable one if it stays so', async () => {
    const close = clock((candidate, _, reading) => (candidate === 0 ? 6 : reading < 4 ? 5.1 : 4.95));
    expect(await chooseFastest(2, close.measure)).toMatchObject({ index: 0, rounds: 8, settled: false });
    expect(await chooseFastest(2, fixed(6, 4).measure)).toMatchObject({ rounds: 2, settled: true });
  });

  it('is found in noise that hits one reading in three', async () => {
    const noisy = clock((candidate, _, reading) => (candidate === 0 ? 10 : 6) * (reading % 3 === 1 ? 2 : 1));
    expect((await chooseFastest(2, noisy.measure)).index).toBe(1);
  });
});

describe('a slow adapter', () => {
  it('runs a long candidate once a round, without repeats', async () => {
    const { measure, readings } = fixed(30, 31);
    await chooseFastest(2, measure);
    expect(readings.every(({ repeats }) => repeats === 1)).toBe(true);
    expect(readings).toHaveLength(4);
  });

  it('is not asked twice for a candidate that is hopeless', async () => {
    const { measure, readings } = fixed(10, 200, 9);
    await chooseFastest(3, measure);
    expect(readings.filter(({ candidate }) => candidate === 1)).toHaveLength(1);
  });

  it('stops when the budget is spent, and then leaves the portable one only for what is faster by half', async () => {
    const { measure, readings } = fixed(400, 300, 350, 400);
    expect(await chooseFastest(4, measure)).toMatchObject({ index: 0, rounds: 1, settled: false });
    expect(readings).toHaveLength(4);
    expect(await chooseFastest(2, fixed(900, 500).measure)).toMatchObject({ index: 1, rounds: 1 });
    expect(await chooseFastest(2, fixed(240, 160).measure)).toMatchObject({
      index: 1,
      rounds: 2,
      settled: true,
    });
  });
});

describe('warming up', () => {
  it('keeps a fast device at work for a while, and says what a run takes then', async () => {
    const { measure, worked } = clock((_, before) => (before < 80 ? 0.7 : 0.1));
    expect(await warmUp(measure)).toBeCloseTo(0.1);
    expect(worked()).toBeGreaterThanOrEqual(100);
  });

  it('runs a slow one once', async () => {
    const { measure, readings } = fixed(120);
    expect(await warmUp(measure)).toBe(120);
    expect(readings).toHaveLength(1);
  });

  it('does not wait for a clock that stands still', async () => {
    const { measure, readings } = fixed(0);
    expect(await warmUp(measure)).toBe(0);
    expect(readings.length).toBeLessThan(200);
  });
});
