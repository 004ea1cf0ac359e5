// The tuner on a device: every candidate runs there, and what is kept can be read back. Which wins is this machine's affair.
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../../../shaders/testing/gpu.ts';
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
    const now = (): number => performance.now();
    const first = await variantsFor(device, adapter.info, now, cache);
    expect(knownVariants(JSON.parse(JSON.stringify(first)))).toEqual(first);
    expect([...saved.values()]).toEqual([first]);
    const kept = await variantsFor(device, adapter.info, now, {
      ...cache,
      save: () => Promise.reject(new Error('measured again')),
    });
    expect(kept).toEqual(first);
  });

  it('stay the portable ones where the others are no faster', async () => {
    if (!gpu) return;
    const bench = new TuningBench(gpu.device, () => performance.now());
    const candidates = [
      ['narrow', portableVariants],
      ['again', portableVariants],
    ] as const;
    // Nothing is faster than itself by a fifth.
    expect(await bench.fastest(candidates, productWorkload(bench, 64, 'adapter'))).toBe('narrow');
    bench.destroy();
  });
});
