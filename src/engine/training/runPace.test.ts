// What is told to be left of a run: against recorded step times, and of runs whose first step is long, that ask questions or rest between steps.
import { describe, expect, it } from 'vitest';
import type { TrainedStep } from './metrics.ts';
import { RunPace } from './runPace.ts';

const stepOf = (step: number, stepMs: number): TrainedStep => ({
  ...{ step, stepMs, loss: 1, gradNorm: 1, learningRate: 1, epoch: 1, tokens: 1, paddedTokens: 1 },
  ...{ tokensPerSecond: 1, meanTokenAccuracy: 1, entropy: 1, evalLoss: null, tensorNorms: [] },
});

/** Of each step what is told to be left behind it, and what it then takes. */
async function told(
  times: readonly { readonly stepMs: number; readonly betweenMs?: number; readonly restMs?: number }[],
) {
  let nowMs = 0;
  const pace = new RunPace(() => nowMs);
  const left: number[] = [];
  const took: number[] = [];
  for (const [i, { stepMs, betweenMs = 0, restMs = 0 }] of times.entries()) {
    nowMs += restMs + stepMs;
    left.push(pace.timed(stepOf(i + 1, stepMs), times.length).etaMs);
    const between = Promise.resolve();
    const waiting = pace.between(between);
    nowMs += betweenMs;
    await waiting;
    took.push(stepMs + betweenMs);
  }
  const rest = took.map((_, i) => took.slice(i + 1).reduce((sum, ms) => sum + ms, 0));
  return { left, rest };
}

/** Milliseconds of each step of the default preset and of what was done behind it, in Chromium on ONNX Runtime, on two cores with much other work. */
const recorded =
  '1156 173;767 312;342 128;313 99;242 329;444 126;860 406;643 165;355 173;419 214;538 128;368 8;288 38;854 0;270 9;239 11;379 339;457 7;284 0;356 162;324 133;361 144;463 170;438 115;155 88;238 50;205 62;177 59;157 33;164 42;192 62;153 73;453 132;242 110;215 167;357 173;752 209;522 276;271 54;414 116;383 125;228 57;257 88;542 379;388 112;350 100;278 440;326 121;535 161;608 155;250 153;431 137;344 98;239 68;272 83;390 5;561 0;368 0;479 1;510 0'
    .split(';')
    .map((one) => one.split(' ').map(Number));

describe('what is left', () => {
  it('is told far better than by the last step alone, and never twice or half of what comes', async () => {
    const times = recorded.map(([stepMs = 0, betweenMs = 0]) => ({ stepMs, betweenMs }));
    const { left, rest } = await told(times);
    const off = (ms: number, i: number): number => Math.abs(Math.log(ms / (rest[i] ?? 0)));
    // The last five steps are seconds.
    const some = [...times.keys()].slice(1, -5);
    const mean = (of: (i: number) => number): number => some.reduce((sum, i) => sum + of(i), 0) / some.length;
    const own = mean((i) => off(left[i] ?? 0, i));
    const byLast = mean((i) => off((times.length - 1 - i) * (times[i]?.stepMs ?? 0), i));
    expect(own).toBeLessThan(0.55 * byLast);
    expect(Math.max(...some.map((i) => off(left[i] ?? 0, i)))).toBeLessThan(Math.log(2));
  });
  it('is right from the second step on, however long the first took', async () => {
    const times = [2400, ...Array.from({ length: 29 }, (_, i) => 240 + (i % 5) * 10)];
    const { left, rest } = await told(times.map((stepMs) => ({ stepMs })));
    for (const [i, ms] of left.entries())
      if (i > 0 && i < 29) expect(Math.abs(ms / (rest[i] ?? 0) - 1)).toBeLessThan(0.2);
  });
  it('counts the questions that are asked between steps', async () => {
    const { left, rest } = await told(Array.from({ length: 40 }, () => ({ stepMs: 200, betweenMs: 50 })));
    expect(left.slice(1)).toEqual(rest.slice(1));
  });
  it('counts no rest', async () => {
    const { left } = await told([
      { stepMs: 100 },
      { stepMs: 100 },
      { stepMs: 100, restMs: 60_000 },
      { stepMs: 100 },
    ]);
    expect(left).toEqual([300, 200, 100, 0]);
  });
  it('follows a machine that gets slower', async () => {
    const times = Array.from({ length: 40 }, (_, i) => ({ stepMs: i < 20 ? 100 : 300 }));
    const { left, rest } = await told(times);
    expect(left[30]).toBe(rest[30]);
  });
});
