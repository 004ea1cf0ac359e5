// Cuts of a plan under devices that are made up.
import { describe, expect, it } from 'vitest';
import { DeviceRate, Pace } from './pace.ts';

const work = Array.from({ length: 400 }, (_, i) => (i % 4 === 0 ? 1e8 : 1e6));
const sizes = (ends: readonly number[]): number[] => ends.map((end, i) => end - (ends[i - 1] ?? 0));

/** Milliseconds of each submission on a device that takes `msOf` for a dispatch. */
function ran(pace: Pace, msOf: (dispatch: number) => number): number[] {
  return pace.ends.map((end, i) => {
    let ms = 0;
    for (let at = pace.ends[i - 1] ?? 0; at < end; at++) ms += msOf(at);
    return ms;
  });
}

function settled(pace: Pace, msOf: (dispatch: number) => number, runs = 12): number[] {
  for (let i = 0; i < runs; i++) pace.measured(ran(pace, msOf));
  return ran(pace, msOf);
}

describe('submissions', () => {
  it('hold every dispatch once, in order', () => {
    const pace = new Pace(work, new DeviceRate());
    expect(pace.ends.at(-1)).toBe(work.length);
    expect(sizes(pace.ends).every((size) => size > 0)).toBe(true);
    expect(new Pace([], new DeviceRate()).ends).toEqual([]);
  });

  it('are short at first, as on the slowest adapter', () => {
    const pace = new Pace(work, new DeviceRate());
    for (const ms of ran(pace, (at) => (work[at] ?? 0) / 8e6)) expect(ms).toBeLessThanOrEqual(13);
  });

  it('become as long as half a frame on a fast device, and not at once', () => {
    // 20 TFLOP/s: the whole plan takes half a millisecond.
    const fast = (at: number): number => (work[at] ?? 0) / 2e10;
    const pace = new Pace(work, new DeviceRate());
    const first = pace.ends.length;
    pace.measured(ran(pace, fast));
    expect(pace.ends.length).toBeLessThan(first);
    expect(pace.ends.length).toBeGreaterThan(first / 20);
    settled(pace, fast);
    expect(pace.ends).toEqual([work.length]);
  });

  it('fit half a frame where some kernels are far slower than their work says', () => {
    // Bound by memory: a millisecond each, whatever they compute.
    const slow = (at: number): number => (at >= 200 ? 1 : (work[at] ?? 0) / 1e9);
    const pace = new Pace(work, new DeviceRate());
    const times = settled(pace, slow);
    for (const ms of times) expect(ms).toBeLessThanOrEqual(8.8);
    // Not one by one either: 200 ms in all.
    expect(times.length).toBeLessThan(40);
  });

  it('get shorter again on a device that slows down', () => {
    const pace = new Pace(work, new DeviceRate());
    settled(pace, () => 0.01);
    const times = settled(pace, () => 1);
    for (const ms of times) expect(ms).toBeLessThanOrEqual(8);
  });

  it('keep a dispatch alone that is too long, and are not moved by a clock that stands still', () => {
    const pace = new Pace(work, new DeviceRate());
    settled(pace, () => 50);
    expect(pace.ends).toHaveLength(work.length);
    pace.measured(pace.ends.map(() => 0));
    expect(pace.ends).toHaveLength(work.length);
  });

  it('are cut by their work where only all of them can be timed', () => {
    const pace = new Pace(work, new DeviceRate());
    for (let i = 0; i < 12; i++) pace.measuredTogether(80);
    const times = ran(pace, (at) => (80 * (work[at] ?? 0)) / work.reduce((sum, one) => sum + one, 0));
    for (const ms of times) expect(ms).toBeLessThanOrEqual(8.8);
    expect(times.length).toBeLessThan(20);
  });

  it('of another plan begin with what the device was seen to do', () => {
    const rate = new DeviceRate();
    settled(new Pace(work, rate), (at) => (work[at] ?? 0) / 2e10);
    expect(new Pace(work, rate).ends.length).toBeLessThan(5);
    expect(new Pace(work, new DeviceRate()).ends.length).toBeGreaterThan(50);
  });
});
