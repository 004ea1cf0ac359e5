// The place for one saved run is one tab's at a time; it falls free when that tab's worker ends. Who could not have it waits for
// it, and is told when it is free. A lock manager that refuses or never answers is a place that can't be had, not a wait without end.
import { causeOf } from '../ground/errors.ts';
import { same, text } from '../ground/text.ts';
import { notSaved, savedElsewhere } from './sessionErrors.ts';

export type Locks = Pick<LockManager, 'request' | 'query'>;

const LOCK = 'lora-playground-run';
/** A lock manager answers at once; one that says nothing for so long never will. */
const SILENT_MS = 5000;
const silent = text('the browser’s lock manager does not answer', '浏览器的锁管理器没有响应');
const LOOKS = 4;
const LOOK_AGAIN_MS = 250;

export interface Place {
  /** Throws UserError 'save-elsewhere' when another tab has it (still, after `patienceMs`). Without patience it is then waited for. */
  take(patienceMs?: number): Promise<void>;
  /** Whether another tab has it; a worker that is just ending is given a moment. */
  isAnothers(): Promise<boolean>;
  /** Gives it up, and the wait for it. */
  leave(): void;
}

/** `onFree`: the place was another's and is now ours. */
export function placeOf(locks: Locks, onFree: () => void): Place {
  let release: (() => void) | null = null;
  let waiting: AbortController | null = null;

  /** Resolves when the lock is held, or to false where it is not available. */
  const hold = (options: LockOptions): Promise<boolean> =>
    new Promise((resolve, reject) => {
      const held = locks.request(LOCK, options, (lock) => {
        // Of two requests of one tab the later one is one too many.
        if (lock === null || release !== null) return resolve(lock !== null);
        const ended = new Promise<void>((end) => {
          release = end;
        });
        resolve(true);
        return ended;
      });
      held.catch((error: unknown) => {
        release = null;
        reject(error);
      });
    });

  /** A lock manager that can't say has nobody's lock. */
  const isHeld = (): Promise<boolean> =>
    Promise.race([
      locks.query().then(
        ({ held = [] }) => held.some(({ name }) => name === LOCK),
        () => false,
      ),
      new Promise<boolean>((resolve) => setTimeout(() => resolve(false), SILENT_MS)),
    ]);

  function wait(): void {
    if (waiting !== null) return;
    const mine = new AbortController();
    waiting = mine;
    void hold({ signal: mine.signal })
      .then(
        () => onFree(),
        // Given up, or refused: the next save asks again.
        () => {},
      )
      .finally(() => {
        if (waiting === mine) waiting = null;
      });
  }

  return {
    take: async (patienceMs = 0) => {
      if (release !== null) return;
      const patient = patienceMs > 0;
      const silence = AbortSignal.timeout(patient ? patienceMs : SILENT_MS);
      const asked = hold(patient ? { signal: silence } : { ifAvailable: true }).catch((error: unknown) => {
        if (silence.aborted) return false;
        throw notSaved({ cause: same(causeOf(error)) });
      });
      const late = new Promise<false>((resolve, reject) => {
        silence.addEventListener('abort', () =>
          patient ? resolve(false) : reject(notSaved({ cause: silent })),
        );
      });
      if (await Promise.race([asked, late])) return;
      if (!patient) wait();
      throw savedElsewhere({});
    },
    isAnothers: async () => {
      for (let look = 1; ; look++) {
        if (release !== null || !(await isHeld())) return false;
        if (look === LOOKS) return true;
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
    },
    leave: () => {
      waiting?.abort();
      waiting = null;
      release?.();
      release = null;
    },
  };
}
