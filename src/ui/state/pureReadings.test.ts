// Smoothing, comparison with a link, patches of fixes: small pure readings of the state.
import { describe, expect, it } from 'vitest';
import { ema } from './ema.ts';
import { fixPatch } from './fixPatch.ts';
import { compareFingerprints } from './runStatus.ts';

describe('ema', () => {
  it('starts at the first value instead of near zero', () => {
    expect(ema([4, 4, 4], 0.8)).toEqual([4, 4, 4]);
  });
  it('weighs as the closed form does', () => {
    const [, second] = ema([1, 2], 0.8);
    // (0.8·0.2·1 + 0.2·2) / (1 − 0.8²)
    expect(Math.abs((second ?? 0) - (0.16 + 0.4) / 0.36)).toBeLessThan(4 * Number.EPSILON);
  });
  it('leaves a gap where the loss is not a number, and goes on after it', () => {
    const [first, gap, last] = ema([1, Number.NaN, 1], 0.5);
    expect([first, last]).toEqual([1, 1]);
    expect(gap).toBeNaN();
  });
});

describe('compareFingerprints', () => {
  const a = {
    losses: [
      [1, 3.5],
      [60, 0.8],
    ] as const,
    device: 'webgpu:x/y',
  };
  it('calls equal losses identical, whatever the device', () => {
    expect(compareFingerprints(a, { ...a, device: 'cpu' })).toMatchObject({
      verdict: 'identical',
      sameDevice: false,
      comparedSteps: 2,
    });
  });
  it('reports the largest relative difference', () => {
    const b = {
      losses: [
        [1, 3.5],
        [60, 0.804],
      ] as const,
      device: 'cpu',
    };
    const result = compareFingerprints(a, b);
    // (0.804 − 0.8) / 0.8 to the roundings of float64: the difference keeps those of its terms.
    expect(Math.abs(result.largestDifference - 0.005)).toBeLessThan(4 * Number.EPSILON);
    expect(result.verdict).toBe('reproduced');
  });
  it('does not call another run reproduced', () => {
    const b = {
      losses: [
        [1, 3.5],
        [60, 0.9],
      ] as const,
      device: 'webgpu:x/y',
    };
    expect(compareFingerprints(a, b).verdict).toBe('differs');
    const broken = { losses: [[1, Number.NaN]] as const, device: 'cpu' };
    expect(compareFingerprints(a, broken).verdict).toBe('differs');
  });
  it('says so when no step is shared', () => {
    expect(compareFingerprints(a, { losses: [[2, 3]], device: 'cpu' }).verdict).toBe('nothing-compared');
  });
});

describe('fixPatch', () => {
  it('keeps what is a setting and holds, and nothing else', () => {
    expect(
      fixPatch({ 'lora.r': 4, 'lora.lora_alpha': -1, 'train.use_reentrant': 'maybe', nonsense: 1 }),
    ).toEqual({ 'lora.r': 4 });
  });
});
