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

type Choose = (bench: TuningBench, soFar: Variants) => Promise<Partial<Variants>>;

/** One after another: each is measured with those before it. */
const choices: readonly Choose[] = [
  async (bench, soFar) => ({ linear: await chooseLinear(bench, soFar) }),
  async (bench, soFar) => ({ stored: await chooseStored(bench, soFar) }),
  async (bench, soFar) => ({ vector: await chooseVector(bench, soFar) }),
  async (bench, soFar) => ({ sums: await chooseSums(bench, soFar) }),
  async (bench, soFar) => ({ attention: await chooseAttention(bench, soFar) }),
];

/** Told before each choice: made, of how many. What it throws ends the measuring. */
export type ToldTuning = (done: number, total: number) => void;

/** Times every variant that the device can run. */
export async function measureVariants(
  device: GPUDevice,
  now: () => number,
  told: ToldTuning = () => {},
): Promise<Variants> {
  const bench = new TuningBench(device, now);
  try {
    told(0, choices.length);
    await bench.warm(productWorkload(bench, 128, 'both'), portableVariants);
    let chosen = portableVariants;
    for (const [done, choose] of choices.entries()) {
      told(done, choices.length);
      chosen = { ...chosen, ...(await choose(bench, chosen)) };
    }
    return chosen;
  } finally {
    bench.destroy();
  }
}

/** What was measured on this adapter before, else measured now and kept. */
export async function variantsFor(
  device: GPUDevice,
  adapter: GPUAdapterInfo,
  now: () => number,
  cache: TuningCache | null,
  told: ToldTuning = () => {},
): Promise<Variants> {
  const key = tuningKey(device.features, adapter);
  const kept = knownVariants(await cache?.load(key).catch(() => null));
  if (kept) return kept;
  const measured = await measureVariants(device, now, told);
  await cache?.save(key, measured).catch(() => {});
  return measured;
}
