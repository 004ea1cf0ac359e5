// Answers of a run, streamed: before it is the model without its adapter. Where the adapter was taken out of the base, the untouched
// model is base and first values together, so those stand in the adapter's place while it answers.

import type { Pace } from '../answerMessages.ts';
import { UserError } from '../ground/errors.ts';
import type { Event } from '../protocol.ts';
import type { Backend } from '../training/backends/backend.ts';
import type { GenerationOptions, Generator } from '../training/generate/generator.ts';
import type { LoadOptions } from './loadFiles.ts';
import type { AnswerAfter } from './runNote.ts';
import { SaidAnswers } from './saidAnswers.ts';

export interface AnswersOptions {
  readonly run: Pick<LoadOptions, 'emit' | 'breathe'>;
  /** True once nothing more is to be asked (reset, stop, pause while answering). */
  readonly quiet: () => boolean;
  readonly backend: Backend;
  readonly generator: Generator;
  readonly now: () => number;
  /** Floats of the adapter. */
  readonly adapterLength: number;
  /** Brings what follows from the adapter up to it. */
  readonly refresh: () => Promise<void>;
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken: Float32Array<ArrayBuffer> | null;
}

type Answer = Extract<Event, { type: 'answer' }>;
/** Which answer of which asking. */
export type AnswerPlace = Pick<Answer, 'id' | 'index' | 'side' | 'prompt' | 'step'>;

export class Answers {
  readonly #options: AnswersOptions;
  /** Of the untouched model, by question. */
  readonly before = new Map<string, string>();
  /** How those were made. */
  readonly #made = new Map<string, GenerationOptions>();
  /** Of the trained one as it was asked last, by question. */
  readonly after = new Map<string, { readonly text: string; readonly step: number }>();

  readonly #said = new SaidAnswers();

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** What the trained model answered, as it is kept: the last to each question, and those of all askings. */
  told(): { readonly after: readonly AnswerAfter[]; readonly said: readonly AnswerAfter[] } {
    const after = [...this.after].map(([prompt, { text, step }]) => ({ prompt, text, step }));
    return { after, said: this.#said.all };
  }

  /** Logits [V] of the token that follows ids. */
  scores(ids: readonly number[], adapter: boolean): Promise<Float32Array> {
    return this.as(adapter, (on) => this.#options.generator.prefill(ids, on));
  }

  /** Whether the untouched model has answered this, made as such an answer is made now. */
  knows(prompt: string, generation: GenerationOptions): boolean {
    const made = this.#made.get(prompt);
    return this.before.has(prompt) && (!made || JSON.stringify(made) === JSON.stringify(generation));
  }

  /** Streams the answers to `prompts`; stops early when nothing more is to be asked. */
  async ask(
    prompts: readonly string[],
    place: Omit<AnswerPlace, 'index' | 'prompt'>,
    generation: GenerationOptions,
  ): Promise<void> {
    for (const [index, prompt] of prompts.entries()) {
      if (this.#options.quiet()) return;
      await this.one({ ...place, index, prompt }, generation);
    }
  }

  /** Streams one. A question that can't be asked must not cost the run: its error stands where the answer would. */
  async one(place: AnswerPlace, generation: GenerationOptions): Promise<void> {
    const { quiet, generator, run } = this.#options;
    const { side, prompt } = place;
    const onText = async (soFar: string): Promise<boolean> => {
      this.tell(place, soFar, false);
      await run.breathe();
      return !quiet();
    };
    try {
      const text = await this.as(side === 'after', (adapter) =>
        generator.answer(prompt, { adapter, generation, onText }),
      );
      if (quiet()) return;
      if (side === 'before') {
        this.before.set(prompt, text);
        this.#made.set(prompt, generation);
      }
      this.tell(place, text, true);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      this.#emit(place, error.message, true);
    }
  }

  /** The likeliest tokens, as fast as they come. Throws UserError 'prompt-too-long'. */
  async pace(prompt: string, trained: boolean, limit: number): Promise<Pace> {
    const { generator, run, now } = this.#options;
    const generation = { seed: 0, maxNewTokens: limit, doSample: false, temperature: 1, topP: 1 };
    let [began, tokens] = [0, -1];
    const onText = async (): Promise<boolean> => {
      tokens += 1;
      if (tokens === 0) began = now();
      await run.breathe();
      return !this.#options.quiet();
    };
    const text = await this.as(trained, (adapter) =>
      generator.answer(prompt, { adapter, generation, onText }),
    );
    return { text, tokens: Math.max(0, tokens), ms: now() - began };
  }

  /** The trained model's answer so far, after each token; others may use the device between two. */
  async *texts(prompt: string, generation: GenerationOptions): AsyncGenerator<string> {
    try {
      yield* this.#options.generator.texts(prompt, { adapter: true, generation, interleaved: true });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      yield error.message;
    }
  }

  /** A whole answer of the trained model is kept. */
  tell(place: AnswerPlace, text: string, done: boolean): void {
    if (done && place.side === 'after') this.hold({ prompt: place.prompt, text, step: place.step });
    this.#emit(place, text, done);
  }

  /** Keeps what was said, here or in an earlier part of the run. */
  hold(one: AnswerAfter): void {
    this.#said.add(one);
    this.after.set(one.prompt, { text: one.text, step: one.step });
  }

  #emit(place: AnswerPlace, text: string, done: boolean): void {
    this.#options.run.emit({ type: 'answer', ...place, text, done });
  }

  /** The adapter as it stands. Waits for what makes it. */
  adapter(): Promise<Float32Array<ArrayBuffer>> {
    const { backend, adapterLength } = this.#options;
    return backend.read('adapter', 0, adapterLength, 'save');
  }

  /** Runs `body` with these numbers in the adapter's place, and puts back what stood there; null: as it stands. */
  async asAt<T>(adapter: Float32Array<ArrayBuffer> | null, body: () => Promise<T>): Promise<T> {
    if (!adapter) return body();
    const { backend, refresh } = this.#options;
    const now = await this.adapter();
    backend.write('adapter', adapter);
    try {
      await refresh();
      return await body();
    } finally {
      backend.write('adapter', now);
    }
  }

  /** Runs `body` on the trained or the untouched model; it is told whether the adapter is on. */
  as<T>(trained: boolean, body: (adapter: boolean) => Promise<T>): Promise<T> {
    const { taken } = this.#options;
    return trained || !taken ? body(trained) : this.asAt(taken, () => body(true));
  }
}
