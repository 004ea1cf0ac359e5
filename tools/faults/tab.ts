// What a cell needs of a browser, whichever it is: tabs that a person drives, in a room of their own that keeps nothing of another cell.
// And following a tab as long as it gets on, counted in answers of the page and never in seconds: on a busy machine both take longer.
import type { Outside } from './list.ts';
import type { Seen } from './page.ts';

export interface Tab {
  /** null: no answer, as while it opens. */
  see(): Promise<Seen | null>;
  /** Until it is worth another look. */
  rest(): Promise<void>;
  go(address: string): Promise<void>;
  reload(): Promise<void>;
  leaveAndReturn(): Promise<void>;
  /** Presses the button of this name. */
  press(name: string): Promise<void>;
  terminate(workers: readonly number[]): Promise<void>;
  close(): Promise<void>;
  /** Closed or crashed. */
  readonly gone: boolean;
  /** Files that came. */
  readonly files: number;
}

export interface Room {
  open(): Promise<Tab>;
  /** What only this browser's own tools can do. Throws where they can't. */
  strike(out: Outside, tab: Tab): Promise<void>;
  /** The fault is over. */
  heal(): Promise<void>;
  close(): Promise<void>;
}

/** A browser that is kept for many cells. */
export interface Lane {
  room(): Promise<Room>;
  /** What the cell did broke more than its room. */
  renew(): Promise<void>;
  close(): Promise<void>;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const LOOK_MS = 60;
const UNANSWERED_MS = 5000;
/** A page that was looked at so often and said nothing new hangs: a minute of its own, longer than any patience of the product. */
const MOST_LOOKS = 1000;

/** The tab, as it gets on, until `done`; null: it said nothing new for too long, or is gone. */
export async function follow(
  tab: Tab,
  done: (seen: Seen) => boolean,
  patience = MOST_LOOKS,
): Promise<Seen | null> {
  let last = '';
  for (let quiet = 0; quiet < patience; ) {
    if (tab.gone) return null;
    const asked = Date.now();
    const seen = await Promise.race([tab.see(), pause(UNANSWERED_MS).then(() => null)]);
    if (seen && done(seen)) return seen;
    const words = seen ? JSON.stringify(seen) : last;
    // One that answers nothing can say nothing: that goes faster.
    quiet += Date.now() - asked < UNANSWERED_MS ? 1 : patience / 12;
    if (words !== last) quiet = 0;
    last = words;
    await tab.rest();
  }
  return null;
}
