// What is asked while a run trains, and behind which steps. No part of a recipe: it decides nothing of the run.
import type { GenerationOptions } from './generator.ts';

export interface Watch {
  /** Steps between two askings; 0: nothing is asked. */
  readonly every: number;
  readonly prompts: readonly string[];
  readonly generation: GenerationOptions;
}

/** Whether questions are asked behind this step: every so many, and early on a fifth and a half of that, when answers change most. */
export function isWatched(step: number, every: number): boolean {
  if (every <= 0) return false;
  return step % every === 0 || step === Math.ceil(every / 5) || step === Math.ceil(every / 2);
}
