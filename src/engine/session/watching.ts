// Questions asked again and again while a run trains: a few tokens between two steps, from the adapter as it stood at the step that they
// are asked at. What trains is put back bit for bit before the next step, so that a run's numbers are the same with and without it.
// When to step, and what ends an asking, is the session's.
import type { Watch } from '../training/generate/watch.ts';
import { isWatched } from '../training/generate/watch.ts';
import type { Answers } from './answers.ts';

/** Between two steps it is asked for this part of a step's time, or for these milliseconds where that is longer; at least one token. */
const PART = 1 / 4;
const LEAST_MS = 30;

interface Task {
  readonly index: number;
  readonly side: 'before' | 'after';
  readonly prompt: string;
}

interface Asking {
  /** The step whose adapter answers. */
  readonly step: number;
  readonly watch: Watch;
  readonly tasks: Task[];
  /** The adapter as it stood there, as soon as others are trained. */
  adapter: Float32Array<ArrayBuffer> | null;
  texts: AsyncGenerator<string> | null;
  text: string;
}

export class Watching {
  readonly #answers: Answers;
  readonly #now: () => number;
  #asking: Asking | null = null;

  constructor(answers: Answers, now: () => number) {
    this.#answers = answers;
    this.#now = now;
  }

  /** What was being asked is not asked on. */
  drop(): void {
    this.#asking = null;
  }

  /** Asks on for a part of the time that the step took, or begins where it is due. `goes`: asked after each token. */
  async after(step: number, stepMs: number, watch: Watch, goes: () => boolean): Promise<void> {
    const asking = this.#asking ?? this.#begin(step, watch);
    if (!asking) return;
    this.#asking = asking;
    const until = this.#now() + Math.max(LEAST_MS, PART * stepMs);
    const ended = await this.#answers.asAt(asking.adapter, async () => {
      for (;;) {
        const [task] = asking.tasks;
        if (!task || !goes()) return true;
        if (await this.#token(asking, task)) asking.tasks.shift();
        if (this.#now() >= until) return asking.tasks.length === 0;
      }
    });
    if (ended) this.drop();
    else asking.adapter ??= await this.#answers.adapter();
  }

  #begin(step: number, watch: Watch): Asking | null {
    if (!isWatched(step, watch.every)) return null;
    const tasks = watch.prompts.flatMap((prompt, index): Task[] => {
      if (prompt.trim() === '') return [];
      const known = this.#answers.knows(prompt, watch.generation);
      const after: Task = { index, side: 'after', prompt };
      return known ? [after] : [{ index, side: 'before', prompt }, after];
    });
    return { step, watch, tasks, adapter: null, texts: null, text: '' };
  }

  /** One token more of an answer; true: it is done. */
  async #token(asking: Asking, { index, side, prompt }: Task): Promise<boolean> {
    const { watch, step } = asking;
    const told = { id: 0, index, prompt, step };
    // The untouched model is asked at once: its numbers are nobody's here.
    if (side === 'before') {
      await this.#answers.one({ ...told, side }, watch.generation);
      return true;
    }
    asking.texts ??= this.#answers.texts(prompt, watch.generation);
    const { done = false, value } = await asking.texts.next();
    asking.text = value ?? asking.text;
    this.#answers.tell({ ...told, side }, asking.text, done);
    if (!done) return false;
    asking.texts = null;
    asking.text = '';
    return true;
  }
}
