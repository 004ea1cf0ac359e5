// What the page says about questions, and what it hears of their answers: while a run trains, at rest, and before there is one.
import type { Recipe } from './recipe/recipe.ts';
import type { BackendChoice } from './training/backends/deviceInfo.ts';
import type { Watch } from './training/generate/watch.ts';

export type AnswersCommand =
  /** What is asked while a run trains, and how often; holds from now on. */
  | { readonly type: 'watch'; readonly watch: Watch }
  /** What the untouched base says, before there is a run. Answers `untouched` with the same id. */
  | {
      readonly type: 'ask-untouched';
      readonly id: number;
      readonly recipe: Recipe;
      readonly prompts: readonly string[];
    }
  /** Answers to prompts with the adapter off (before) and on (after), streamed. */
  | {
      readonly type: 'ask';
      readonly id: number;
      readonly recipe: Recipe;
      readonly prompts: readonly string[];
      readonly backend: BackendChoice;
    }
  /** How fast the run at rest says its likeliest tokens, at most `limit`, with the adapter or without. Answers `paced` with the same id. */
  | {
      readonly type: 'pace';
      readonly id: number;
      readonly prompt: string;
      readonly adapter: boolean;
      readonly limit: number;
    };

/** What was said, and how fast. */
export interface Pace {
  readonly text: string;
  /** Tokens behind the first, and what they took: reading the question is another thing. */
  readonly tokens: number;
  readonly ms: number;
}

export type AnswersEvent =
  /** Text so far of one answer; `index` is the prompt's place. `id` is the ask's id, or 0 inside a run. */
  | {
      readonly type: 'answer';
      readonly id: number;
      readonly index: number;
      readonly side: 'before' | 'after';
      readonly prompt: string;
      readonly text: string;
      readonly done: boolean;
      readonly step: number;
    }
  | ({ readonly type: 'paced'; readonly id: number } & Pace)
  /** By question; null: a run has to answer. */
  | { readonly type: 'untouched'; readonly id: number; readonly answers: readonly string[] | null };
