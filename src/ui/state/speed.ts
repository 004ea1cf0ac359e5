// Measures a run for the next estimate: what a step takes by what the engine tells is left, and what stood around the steps. Told often
// enough that a run that was paused or a page that was left has told it too.
import type { Measured } from './pace.ts';
import { deviceKey } from './pace.ts';
import type { PageState, Run } from './state.ts';

/** The engine leaves the first step out from the second on; a few more smooth it. */
const fewestSteps = 4;

/** Milliseconds of a step, with what is done between two; null while the run says nothing. */
function msPerStep({ steps, start }: Run): number | null {
  const total = start?.totalSteps ?? 0;
  // Behind the last one nothing is left to tell it by.
  const point = steps.findLast(({ step, etaMs }) => step < total && etaMs > 0);
  return point === undefined || steps.length < fewestSteps ? null : point.etaMs / (total - point.step);
}

interface Kept {
  /** Key of what ran. */
  readonly device: string;
  readonly measured: Measured;
}

/** Watches a page: null, or what is to be remembered now. `now`: milliseconds. */
export function speedWatch(now: () => number): (state: PageState, before: PageState) => Kept | null {
  /** When the first question of the run was asked, or its first step begun; null for one that rested meanwhile. */
  let began: number | null = null;
  return (state, before) => {
    const { run, inspection, device } = state;
    if (run === null || run === before.run) return null;
    const was = before.run?.phase;
    if (run.phase === 'loading') began = null;
    if (was === 'loading' && run.phase !== 'loading' && run.steps.length === 0) began = now();
    if (run.phase === 'paused') began = null;
    const ended = run.phase !== was && (run.phase === 'finished' || run.phase === 'paused');
    const told = run.steps.length === fewestSteps + 1 && before.run?.steps.length === fewestSteps;
    const perStep = ended || told ? msPerStep(run) : null;
    const flopsPerStep = inspection?.estimate?.flopsPerStep;
    if (perStep === null || flopsPerStep === undefined) return null;
    const whole = run.phase === 'finished' && began !== null ? now() - began : null;
    const aroundMs = whole === null ? 0 : Math.max(0, whole - perStep * run.steps.length);
    return { device: deviceKey(device), measured: { msPerStep: perStep, flopsPerStep, aroundMs } };
  };
}
