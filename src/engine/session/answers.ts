// Answers of a run, streamed: before it is the model without its adapter. Where the adapter was taken out of the base, the untouched
// model is base and first values together, so those stand in the adapter's place while it answers.

import { UserError } from '../ground/errors.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { Backend } from '../training/backends/backend.ts';
import type { Generator } from '../training/generate/generator.ts';
import { generationOptions } from '../training/options.ts';
import type { LoadOptions } from './loadFiles.ts';
import type { AnswerAfter } from './runNote.ts';

export interface AnswersOptions {
  readonly run: Pick<LoadOptions, 'emit' | 'cancelled' | 'breathe'>;
  readonly backend: Backend;
  readonly generator: Generator;
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken: Float32Array<ArrayBuffer> | null;
}

export class Answers {
  readonly #options: AnswersOptions;
  /** Of the untouched model, by question. */
  readonly before = new Map<string, string>();
  /** Of the trained one as it was asked last, by question. */
  readonly after = new Map<string, { readonly text: string; readonly step: number }>();

  constructor(options: AnswersOptions) {
    this.#options = options;
  }

  /** What the trained model answered, as it is kept. */
  told(): readonly AnswerAfter[] {
    return [...this.after].map(([prompt, { text, step }]) => ({ prompt, text, step }));
  }

  /** Logits [V] of the token that follows ids. */
  scores(ids: readonly number[], adapter: boolean): Promise<Float32Array> {
    return this.#as(adapter, (on) => this.#options.generator.prefill(ids, on));
  }

  /** Streams the answers to `prompts`; stops early when the run is cancelled. */
  async ask(
    id: number,
    prompts: readonly string[],
    side: 'before' | 'after',
    recipe: Recipe,
    step: number,
  ): Promise<void> {
    const { emit, cancelled, breathe } = this.#options.run;
    for (const [index, prompt] of prompts.entries()) {
      if (cancelled()) return;
      const send = (text: string, done: boolean): void =>
        emit({ type: 'answer', id, index, side, prompt, text, done, step });
      const onText = async (soFar: string): Promise<boolean> => {
        send(soFar, false);
        await breathe();
        return !cancelled();
      };
      try {
        const text = await this.#as(side === 'after', (adapter) =>
          this.#options.generator.answer(prompt, {
            adapter,
            generation: generationOptions(recipe.values),
            onText,
          }),
        );
        if (!cancelled()) {
          if (side === 'before') this.before.set(prompt, text);
          else this.after.set(prompt, { text, step });
        }
        send(text, true);
      } catch (error) {
        // A question that can't be asked must not cost the run: its error stands where the answer would.
        if (!(error instanceof UserError)) throw error;
        send(error.message, true);
      }
    }
  }

  /** Runs `body` on the trained or the untouched model; it is told whether the adapter is on. */
  async #as<T>(trained: boolean, body: (adapter: boolean) => Promise<T>): Promise<T> {
    const { backend, taken } = this.#options;
    if (trained || !taken) return body(trained);
    const now = await backend.read('adapter', 0, taken.length, 'save');
    backend.write('adapter', taken);
    try {
      return await body(true);
    } finally {
      backend.write('adapter', now);
    }
  }
}
