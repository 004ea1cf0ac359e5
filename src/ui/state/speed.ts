// Measures the speed of this machine from a run, for the next estimate: FLOP/s over the median step, so that the first
// steps (pipelines being compiled) and a busy moment don't count.
import { deviceKey } from './pace.ts';
import type { PageState } from './state.ts';

const fewestSteps = 5;

/** Key and FLOP/s of the shown run; null while it says nothing. */
export function measuredSpeed(state: PageState): { readonly device: string; readonly flops: number } | null {
  const { run, inspection, device } = state;
  const flopsPerStep = inspection?.estimate?.flopsPerStep;
  if (run === null || flopsPerStep === undefined || run.steps.length < fewestSteps) return null;
  const times = run.steps.map((point) => point.stepMs).sort((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)];
  if (median === undefined || !(median > 0)) return null;
  return { device: deviceKey(device), flops: (flopsPerStep * 1000) / median };
}
