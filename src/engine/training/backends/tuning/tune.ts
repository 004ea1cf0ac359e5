// Which kernel variants suit an adapter, by timing them; remembered per adapter, so that the next run begins at once and runs repeat.
// Nothing is guessed from a name. A choice is a file beside this one and a line here; a candidate is a word in kernelVariants.ts.
import type { TuningCache, Variants } from '../variants.ts';
import { knownVariants, portableVariants, tuningKey } from '../variants.ts';
import { chooseAttention } from './attention.ts';
import { chooseLinear } from './linear.ts';
import { productWorkload } from './products.ts';
import { chooseStored } from './stored.ts';
import { chooseSums } from './sums.ts';
import { TuningBench } from './tuningBench.ts';
import { chooseVector } from './vector.ts';

/** Times every variant that the device can run. */
export async function measureVariants(device: GPUDevice, now: () => number): Promise<Variants> {
  const bench = new TuningBench(device, now);
  await bench.warm(productWorkload(bench, 128, 'both'), portableVariants);
  let chosen = portableVariants;
  chosen = { ...chosen, linear: await chooseLinear(bench, chosen) };
  chosen = { ...chosen, stored: await chooseStored(bench, chosen) };
  chosen = { ...chosen, vector: await chooseVector(bench, chosen) };
  chosen = { ...chosen, sums: await chooseSums(bench, chosen) };
  chosen = { ...chosen, attention: await chooseAttention(bench, chosen) };
  bench.destroy();
  return chosen;
}

/** What was measured on this adapter before, else measured now and kept. */
export async function variantsFor(
  device: GPUDevice,
  adapter: GPUAdapterInfo,
  now: () => number,
  cache: TuningCache | null,
): Promise<Variants> {
  const key = tuningKey(device.features, adapter);
  const kept = knownVariants(await cache?.load(key).catch(() => null));
  if (kept) return kept;
  const measured = await measureVariants(device, now);
  await cache?.save(key, measured).catch(() => {});
  return measured;
}
