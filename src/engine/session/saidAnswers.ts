// What the trained model said at each asking of a run, bounded in size: where it grows too long, the asking that is missed least is
// let go, so that what stays is spread over the run. The first and the last always stay.
import type { AnswerAfter } from './runNote.ts';

/** Characters of questions and answers that a saved run holds at most. */
export const MOST_SAID = 2 ** 18;

const sizeOf = (said: readonly AnswerAfter[]): number =>
  said.reduce((sum, { prompt, text }) => sum + prompt.length + text.length, 0);

/** As much of it as fits, in order of steps. */
function thinned(said: readonly AnswerAfter[], most: number): readonly AnswerAfter[] {
  let kept = said;
  while (sizeOf(kept) > most) {
    const steps = [...new Set(kept.map(({ step }) => step))];
    if (steps.length <= 2) return [];
    // The step whose neighbours are nearest to one another is missed least.
    const gaps = steps.slice(2).map((step, place) => step - (steps[place] ?? 0));
    const missed = steps[gaps.indexOf(Math.min(...gaps)) + 1];
    kept = kept.filter(({ step }) => step !== missed);
  }
  return kept;
}

export class SaidAnswers {
  #said: readonly AnswerAfter[] = [];
  readonly #most: number;

  constructor(most = MOST_SAID) {
    this.#most = most;
  }

  /** Asked again at one step, the newest holds. */
  add(one: AnswerAfter): void {
    const others = this.#said.filter(({ step, prompt }) => step !== one.step || prompt !== one.prompt);
    const all = [...others, one].sort((a, b) => a.step - b.step);
    this.#said = thinned(all, this.#most);
  }

  get all(): readonly AnswerAfter[] {
    return this.#said;
  }
}
