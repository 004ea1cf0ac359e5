// WebGPU against ONNX Runtime on an adapter that computes on the processor: one projection, forward and back, of the same sizes on both, in
// turns. With as few kernels as tell it, a second or two: it stands before a run. Decides nothing (softwareAdapter.ts).
import { idleStep } from '../../../../shaders/lib/step.ts';
import type { KernelProfile } from '../../../torch/autograd/operation.ts';
import type { Plan } from '../../../torch/autograd/plan.ts';
import { makePlan } from '../../../torch/autograd/plan.ts';
import { Tape } from '../../../torch/autograd/tape.ts';
import type { Backend } from '../backend.ts';
import type { Comparison } from '../softwareAdapter.ts';
import { portableVariants } from '../variants.ts';
import { chooseFastest } from './choose.ts';
import { productWorkload } from './products.ts';
import { TuningBench } from './tuningBench.ts';

const ROWS = 128;
/** Compiling is what takes long. So much slower with the portable kernel, no other would make it the faster side. */
const CLEAR = 2.5;

/** A graph has to hand something out: the adapter's gradients, a few percent more of work. */
const workloadOf = () => productWorkload({ fast: false }, ROWS, 'layer');

function planOf(profile: KernelProfile): Plan {
  const tape = new Tape();
  const kept = workloadOf().record(tape);
  return makePlan(tape, profile, kept);
}

/** Of one run. */
export const comparedFlops = (): number => planOf({ linear: 'narrow', maxBindingBytes: 2 ** 27 }).flops;

/** Milliseconds of so many runs on a backend whose `run` ends when the work is done. */
async function onProcessor(backend: Backend, now: () => number) {
  for (const [name, floats] of Object.entries(workloadOf().buffers)) backend.allocate(name, floats);
  const prepared = await backend.prepare(planOf(backend.profile));
  return async (repeats: number): Promise<number> => {
    const started = now();
    for (let i = 0; i < repeats; i++) await backend.run(prepared, idleStep);
    return now() - started;
  };
}

/** `ort`: opened for this, and closed by whoever opened it. */
export async function compareBackends(
  device: GPUDevice,
  ort: Backend,
  now: () => number,
): Promise<Comparison> {
  const bench = new TuningBench(device, now);
  const made: (() => void)[] = [];
  const onAdapter = async (linear: 'narrow' | 'wide') => {
    const product = productWorkload({ fast: false }, ROWS, 'both');
    const { measure, release } = await bench.timed(product, { ...portableVariants, linear });
    made.push(release);
    return measure;
  };
  try {
    const sides = await Promise.all([onProcessor(ort, now), onAdapter('narrow')]);
    const read = async (): Promise<Comparison> => {
      const measure = (side: number, repeats: number): Promise<number> =>
        sides[side]?.(repeats) ?? Promise.resolve(Number.POSITIVE_INFINITY);
      // The first run compiles, and touches memory for the first time.
      for (const side of sides.keys()) await measure(side, 1);
      const [ortMs = 0, ...webgpuMs] = (await chooseFastest(sides.length, measure)).ms;
      return { ortMs, webgpuMs: Math.min(...webgpuMs) };
    };
    const portable = await read();
    if (portable.webgpuMs > CLEAR * portable.ortMs) return portable;
    sides.push(await onAdapter('wide'));
    return await read();
  } finally {
    for (const release of made) release();
    bench.destroy();
  }
}
