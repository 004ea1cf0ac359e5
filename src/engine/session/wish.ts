// What a person wants of the run now: that it goes on, rests, ends or is forgotten. The newest word holds at once, whatever is being done;
// who does it looks between two steps, tokens or pieces of a file.
import type { Command } from '../protocol.ts';

const words: readonly Command['type'][] = ['pause', 'stop', 'reset'] satisfies Command['type'][];

export class Wish {
  #word: Command['type'] | 'go' = 'go';
  /** Of what is being fetched for the run. */
  #giving = new AbortController();

  /** Takes the word of a command that has one. */
  hear({ type }: Pick<Command, 'type'>): void {
    if (!words.includes(type)) return;
    this.#word = type;
    if (type !== 'pause') this.#giving.abort();
  }

  go(): void {
    this.#word = 'go';
    this.#giving = new AbortController();
  }

  get signal(): AbortSignal {
    return this.#giving.signal;
  }

  readonly goes = (): boolean => this.#word === 'go';
  /** Nothing more is asked; loading goes on. */
  readonly isQuiet = (): boolean => this.#word !== 'go';
  /** Loading is given up. */
  readonly givesUp = (): boolean => this.#word === 'reset' || this.#word === 'stop';
  /** The run is to be forgotten. */
  readonly leaves = (): boolean => this.#word === 'reset';
}
