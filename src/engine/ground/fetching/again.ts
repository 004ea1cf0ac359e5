// Why a try ended that another may mend, and how long to wait for it: what the server said, else twice as long each time.
import type { UserError } from '../errors.ts';
import type { Net } from './net.ts';
import { leaveIf } from './watch.ts';

export interface Again {
  readonly kind: 'again';
  readonly error: (tries: number) => UserError;
  /** What the server said. */
  readonly waitMs: number | null;
}

export const again = (error: Again['error'], waitMs: number | null = null): Again => ({
  kind: 'again',
  error,
  waitMs,
});

/** In a row without getting on. */
const MOST_TRIES = 5;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 8000;
/** A server that wants people to come back later than this is not waited for. */
const MOST_PATIENCE_MS = 60_000;
/** Fewer bytes than this are no progress: a server that cuts after each byte would be asked for ever. */
const PROGRESS_BYTES = 2 ** 20;

/** Counts the tries of one file. */
export class Tries {
  readonly #net: Net;
  #count = 0;
  #sinceProgress = 0;
  /** How far the file has come, and how far it was at the last progress. */
  #farthest = 0;
  #mark = 0;

  constructor(net: Net) {
    this.#net = net;
  }

  /** Bytes of the file that are there. What begins again gets on only once it is beyond where it was. */
  reached(bytes: number): void {
    this.#farthest = Math.max(this.#farthest, bytes);
  }

  /** Waits until the next try; `waits` is told how long. Throws the error of the last one where there is none, and Cancelled. */
  async next(
    { error, waitMs }: Again,
    waits: (ms: number) => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    this.#count += 1;
    const gotOn = this.#farthest - this.#mark >= PROGRESS_BYTES;
    this.#sinceProgress = gotOn ? 1 : this.#sinceProgress + 1;
    if (gotOn) this.#mark = this.#farthest;
    if (this.#sinceProgress >= MOST_TRIES || (waitMs ?? 0) > MOST_PATIENCE_MS) throw error(this.#count);
    const { chance, sleep } = this.#net;
    const doubled = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#sinceProgress - 1));
    const wait = waitMs ?? Math.round(doubled * (0.75 + chance() / 2));
    waits(wait);
    await sleep(wait, signal ?? new AbortController().signal);
    leaveIf(signal);
  }
}
