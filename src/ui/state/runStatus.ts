// What can be done with the run now, and how it compares with the link it came from. Pure readings of the state.
import type { ChangePatch } from '../../engine/index.ts';
import { changedKeys, isChangeable, sameRun } from '../../engine/index.ts';
import type { Fingerprint } from '../../engine/protocol.ts';
import type { PageState, Run } from './state.ts';

const busyPhases: ReadonlySet<Run['phase']> = new Set(['loading', 'before', 'running', 'after']);

/** Whether the engine is at work on the run. */
export const isBusy = (run: Run | null): boolean => run !== null && busyPhases.has(run.phase);

/** Whether there is something to stop: steps, or the loading before them. */
export function canStop({ run }: Pick<PageState, 'run'>): boolean {
  return run?.phase === 'loading' || run?.phase === 'running' || run?.phase === 'paused';
}

/** Whether the rows of the run can be scored: it rests, with a step behind it. */
export const canScore = ({ run }: Pick<PageState, 'run'>): boolean =>
  run !== null && run.steps.length > 0 && (run.phase === 'paused' || run.phase === 'finished');

/** Whether Train would go on with the run instead of beginning a new one. */
export function canResume(state: Pick<PageState, 'run' | 'recipe' | 'queue'>): boolean {
  const { run, recipe, queue } = state;
  if (run?.phase !== 'paused') return false;
  // The queue's run goes on, whatever the form holds.
  return sameRun(run.recipe, recipe) || (queue.going && run.queued !== null);
}

/** Whether the shown run used other settings than the form now holds. */
export function isStale(state: Pick<PageState, 'run' | 'recipe'>): boolean {
  return state.run !== null && !sameRun(state.run.recipe, state.recipe);
}

/** What the form asks of the run on screen that it can take up without beginning anew; null: nothing, or more than that. */
export function changeForRun({ run, recipe }: Pick<PageState, 'run' | 'recipe'>): ChangePatch | null {
  if (run === null || run.steps.length === 0 || run.recipe.program !== undefined) return null;
  if (run.phase !== 'running' && run.phase !== 'paused') return null;
  const keys = changedKeys(recipe.values, run.recipe.values);
  const wanted = keys.filter(isChangeable);
  if (wanted.length === 0 || keys.length > wanted.length) return null;
  if (!sameRun({ ...recipe, values: run.recipe.values }, run.recipe)) return null;
  return Object.fromEntries(wanted.map((key) => [key, recipe.values[key]]));
}

export interface Reproduction {
  readonly sameDevice: boolean;
  /** Largest |a − b| / max(|b|, 1e-6) over the steps that both runs logged. */
  readonly largestDifference: number;
  readonly comparedSteps: number;
  readonly verdict: 'identical' | 'reproduced' | 'differs' | 'nothing-compared';
}

/**
 * Compares a run's losses with those of a link. The same device repeats bit for bit; another sums in another order:
 * 2 % is far above float32 noise over a hundred steps and far below what any changed setting does to the loss.
 */
export function compareFingerprints(expected: Fingerprint, actual: Fingerprint): Reproduction {
  const losses = new Map(actual.losses);
  let largest = 0;
  let compared = 0;
  for (const [step, loss] of expected.losses) {
    const mine = losses.get(step);
    if (mine === undefined) continue;
    compared += 1;
    const difference = Math.abs(mine - loss) / Math.max(Math.abs(loss), 1e-6);
    largest = Number.isNaN(difference) ? Number.NaN : Math.max(largest, difference);
  }
  const sameDevice = expected.device === actual.device;
  const shared = { sameDevice, largestDifference: largest, comparedSteps: compared };
  if (compared === 0) return { ...shared, verdict: 'nothing-compared' };
  // Links carry six significant digits; a difference below that is none.
  if (largest < 1e-6) return { ...shared, verdict: 'identical' };
  return { ...shared, verdict: largest <= 0.02 ? 'reproduced' : 'differs' };
}
