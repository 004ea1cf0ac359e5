// What was answered by a step of the run. Pure.
import type { Said } from '../../state/state.ts';

/** Steps at which questions were answered, in order. */
export const saidSteps = (said: readonly Said[]): readonly number[] =>
  [...new Set(said.map(({ step }) => step))].sort((a, b) => a - b);

/** The newest answer to this question at that step or before it; null: none yet. */
export function saidAt(said: readonly Said[], prompt: string, step: number): Said | null {
  const until = said.filter((one) => one.prompt === prompt && one.step <= step);
  return until.reduce<Said | null>((last, one) => (last && last.step > one.step ? last : one), null);
}
