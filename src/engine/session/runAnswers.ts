// The questions of one run: before it, between its steps, after it, and whenever somebody asks. What was being asked between steps gives way
// to all others. How an answer is made is in answers.ts, how one is spread over steps in watch.ts.
import type { Pace } from '../answerMessages.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { GenerationOptions } from '../training/generate/generator.ts';
import type { Watch } from '../training/generate/watch.ts';
import { generationOptions } from '../training/options.ts';
import type { AnswersOptions } from './answers.ts';
import { Answers } from './answers.ts';
import type { AnswerAfter, AnswerBefore } from './runNote.ts';
import { Watching } from './watching.ts';

type Side = 'before' | 'after';

export interface RunAnswersOptions extends AnswersOptions {
  readonly recipe: Recipe;
  /** The run's own questions. */
  readonly prompts: readonly string[];
  /** Steps taken. */
  readonly step: () => number;
}

export class RunAnswers {
  readonly #options: RunAnswersOptions;
  readonly #answers: Answers;
  readonly #watching: Watching;

  constructor(options: RunAnswersOptions) {
    this.#options = options;
    this.#answers = new Answers(options);
    this.#watching = new Watching(this.#answers, options.now);
  }

  /** Of the untouched model, by question. */
  get before(): Map<string, string> {
    return this.#answers.before;
  }

  /** What the trained model answered, as it is kept. */
  told(): ReturnType<Answers['told']> {
    return this.#answers.told();
  }

  /** Takes up what an earlier part of the run answered, and tells it again. */
  restore(before: readonly AnswerBefore[], after: readonly AnswerAfter[]): void {
    const places = new Map<string, number>();
    const placeOf = (prompt: string): number => {
      const place = places.get(prompt) ?? places.size;
      places.set(prompt, place);
      return place;
    };
    for (const { prompt, text } of before) {
      this.before.set(prompt, text);
      this.#answers.tell({ id: 0, index: placeOf(prompt), side: 'before', prompt, step: 0 }, text, true);
    }
    for (const { prompt, text, step } of after)
      this.#answers.tell({ id: 0, index: placeOf(prompt), side: 'after', prompt, step }, text, true);
  }

  /** Logits [V] of the token that follows ids. */
  scores(ids: readonly number[], adapter: boolean): Promise<Float32Array> {
    return this.#answers.scores(ids, adapter);
  }

  /** Runs `body` on the untouched model; it is told whether the adapter is on. What was being asked between steps is not asked on. */
  untouched<T>(body: (adapter: boolean) => Promise<T>): Promise<T> {
    this.rest();
    return this.#answers.as(false, body);
  }

  /** The run's own questions, or those that are watched now, as a phase of the run; of the untouched model only what it has not answered. */
  async own(side: Side, watch: Watch | null = null): Promise<void> {
    const { recipe, run, quiet, step } = this.#options;
    const generation = watch?.generation ?? generationOptions(recipe.values);
    const wanted = (prompt: string): boolean =>
      prompt.trim() !== '' && (side === 'after' || !this.#answers.knows(prompt, generation));
    const places = (watch?.prompts ?? this.#options.prompts).flatMap((prompt, index) =>
      wanted(prompt) ? [{ index, prompt }] : [],
    );
    this.rest();
    for (const [done, place] of places.entries()) {
      if (quiet()) return;
      run.emit({ type: 'phase', phase: side, done, total: places.length, note: '' });
      await this.#answers.one({ id: 0, side, step: step(), ...place }, generation);
    }
  }

  ask(id: number, prompts: readonly string[], side: Side, generation: GenerationOptions): Promise<void> {
    this.rest();
    return this.#answers.ask(prompts, { id, side, step: this.#options.step() }, generation);
  }

  /** How fast this engine says the likeliest tokens. */
  pace(prompt: string, trained: boolean, limit: number): Promise<Pace> {
    this.rest();
    return this.#answers.pace(prompt, trained, limit);
  }

  /** Behind a step that took so long: asks what is watched, a few tokens. */
  between(watch: Watch, stepMs: number): Promise<void> {
    return this.#watching.after(this.#options.step(), stepMs, watch, () => !this.#options.quiet());
  }

  /** What was being asked between steps is not asked on. */
  rest(): void {
    this.#watching.drop();
  }
}
