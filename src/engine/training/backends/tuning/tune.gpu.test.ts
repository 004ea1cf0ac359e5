// The tuner on a device: every candidate runs there, and what is kept can be read back. Which wins is this machine's affair.
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../../../shaders/testing/gpu.ts';
import { steadyClock } from '../../../testing/steadyClock.ts';
import type { Variants } from '../variants.ts';
import { knownVariants, portableVariants } from '../variants.ts';
import { productWorkload } from './products.ts';
import { variantsFor } from './tune.ts';
import { TuningBench } from './tuningBench.ts';

const gpu = await gpuOrNull();

describe.skipIf(!gpu)('variants of an adapter', () => {
  it('are measured once, and kept in a form that can be read back', async () => {
    if (!gpu) return;
    const { device, adapter } = gpu;
    const saved = new Map<string, Variants>();
    const cache = {
      load: (key: string) => Promise.resolve(saved.get(key)),
      save: (key: string, value: Variants) => Promise.resolve(void saved.set(key, value)),
    };
    // Every reading is long enough at once: what a repeat takes is no affair of this test.
    const now = steadyClock(10);
    const first = await variantsFor(device, adapter.info, now, cache);
    expect(knownVariants(JSON.parse(JSON.stringify(first)))).toEqual(first);
    expect([...saved.values()]).toEqual([first]);
    const kept = await variantsFor(device, adapter.info, now, {
      ...cache,
      save: () => Promise.reject(new Error('measured again')),
    });
    expect(kept).toEqual(first);
  });

  it('are not timed where they are one and the same', async () => {
    if (!gpu) return;
    const bench = new TuningBench(gpu.device, () => {
      throw new Error('a candidate was timed');
    });
    const candidates = [
      ['narrow', portableVariants],
      ['again', portableVariants],
    ] as const;
    expect(await bench.fastest(candidates, productWorkload(bench, 64, 'adapter'))).toBe('narrow');
    bench.destroy();
  });
});
