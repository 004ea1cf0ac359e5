// How long the rest of a run takes, by how its last steps went, with what was done between them: saving, questions that are asked while it
// trains. A rest between two steps doesn't count.
import type { StepMetrics, TrainedStep } from './metrics.ts';

/** Steps that count: as many as lie between two askings of a newcomer's questions, or more. */
const WINDOW = 10;

export class RunPace {
  readonly #now: () => number;
  #spentMs: readonly number[] = [];
  #betweenMs = 0;
  #steps = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** What is done between two steps and belongs to the run. */
  async between(work: Promise<void>): Promise<void> {
    const started = this.#now();
    await work;
    this.#betweenMs += this.#now() - started;
  }

  /** Behind a step: milliseconds that the run still takes of so many steps. */
  timed(step: TrainedStep, totalSteps: number): StepMetrics {
    this.#steps += 1;
    // The first step compiles and touches memory for the first time: it says nothing of the third.
    const before = this.#steps === 2 ? [] : this.#spentMs;
    this.#spentMs = [...before, step.stepMs + this.#betweenMs].slice(-WINDOW);
    this.#betweenMs = 0;
    const perStep = this.#spentMs.reduce((sum, ms) => sum + ms, 0) / this.#spentMs.length;
    return { ...step, etaMs: (totalSteps - step.step) * perStep };
  }
}
