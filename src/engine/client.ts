// The page's end of the worker: sends commands, hands decoded events to one listener, and notices a worker that died
// without a word: the worker holds a lock of its own name, and whoever gets that lock knows that it is gone; one that hangs says
// nothing for long. No state beyond the worker.
import {
  badMessage,
  inspectHung,
  workerDied,
  workerEnded,
  workerErrors,
  workerSilent,
  workerStrange,
} from './boundaryErrors.ts';
import { decodeEvent } from './eventShapes.ts';
import type { UserError } from './ground/errors.ts';
import { programMissing } from './ground/fetching/fetchErrors.ts';
import type { Command, EngineErrorData, ErrorCode, Event } from './protocol.ts';

export interface EngineClient {
  send(command: Command): void;
  terminate(): void;
  /** How long a worker that has spoken before has said nothing, though it is asked every two seconds. */
  quietMs?(): number;
}

/** A worker is asked this often whether it lives, and given up when it said nothing for so long. */
const ASK_EVERY_MS = 2000;
const SILENT_FOR_MS = 20_000;

/** Words of a worker that is gone may still be on their way. */
const LAST_WORDS_MS = 500;

/** A worker whose script does not come is started again this often, each time after twice the wait. */
const MOST_STARTS = 4;
const FIRST_WAIT_MS = 250;

const dataOf = (code: ErrorCode, error: UserError): EngineErrorData => ({
  code,
  message: error.problem,
  remedy: error.remedy,
  data: error.data,
});

/** The page's own words for what befell the worker. */
const failed = (code: ErrorCode, error: UserError): Event => ({
  type: 'failed',
  raisedBy: 'engine',
  error: dataOf(code, error),
});

/** What is told of a recipe that could not be looked at in time. */
export const inspectionHung = (changed: readonly string[]): EngineErrorData =>
  dataOf(inspectHung.code, inspectHung({ changed }));

/** An event, or why the message is none. */
function received(message: unknown): Event | UserError {
  try {
    return decodeEvent(message);
  } catch (error) {
    if (badMessage.is(error)) return error;
    throw error;
  }
}

/** What befalls a worker, not its run. */
export const deaths: ReadonlySet<ErrorCode> = new Set(workerErrors.map(({ code }) => code));

let named = 0;

/** The worker looks its files up beside the page; the rest makes the name, and its lock, this worker's alone. */
function nameOf(): string {
  named += 1;
  return `${new URL('./', location.href).href}#${named}-${Date.now()}`;
}

/**
 * Starts a worker; one that says nothing for `silentForMs` hangs. `onEvent` gets every event; a worker that dies, or
 * is ended for what it said, gives a `failed` event with code `worker-…`, one whose script can't be fetched `fetch-program`, once.
 */
export function startEngine(onEvent: (event: Event) => void, silentForMs = SILENT_FOR_MS): EngineClient {
  let worker: Worker;
  /** Ends when this worker, or another start of it, is of no interest any more. */
  let over = new AbortController();
  let starts = 0;
  /** Commands of a worker that has not said anything yet: another would have to hear them too. */
  let unheard: Command[] | null = [];
  let heard = performance.now();
  let asked = heard;
  let again: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    clearInterval(timer);
    clearTimeout(again);
    over.abort();
    worker.terminate();
  };
  const give = (code: ErrorCode, error: UserError): void => {
    end();
    onEvent(failed(code, error));
  };
  /** The lock is ours only when the worker is no more. */
  const watch = (name: string, { signal }: AbortController): void => {
    const gone = (): void => {
      if (!signal.aborted) give(workerEnded.code, workerEnded({}));
    };
    navigator.locks
      .request(name, { signal }, () => void setTimeout(gone, LAST_WORDS_MS))
      // Ended by the page, or locks that stopped working: the silence tells.
      .catch(() => {});
  };
  const open = (): void => {
    starts += 1;
    heard = performance.now();
    const name = nameOf();
    let watched = false;
    over = new AbortController();
    const own = over;
    worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
    worker.onmessage = (message: MessageEvent<unknown>) => {
      if (own.signal.aborted) return;
      heard = performance.now();
      unheard = null;
      const event = received(message.data);
      // Whoever says what nobody knows is not to be trusted with a run: what was saved of it is.
      if (badMessage.is(event)) give(workerStrange.code, workerStrange({ problem: event.problem }));
      else if (event.type !== 'pong') onEvent(event);
      else if (event.guarded && !watched) {
        watched = true;
        watch(name, own);
      }
    };
    worker.onerror = ({ message }: Partial<ErrorEvent>) => {
      // A script that did not come is an event without a word; one that broke says how.
      const notFetched = unheard !== null && !message;
      if (notFetched && starts < MOST_STARTS) {
        again = setTimeout(open, FIRST_WAIT_MS * 2 ** (starts - 1));
        return;
      }
      if (notFetched) give(programMissing.code, programMissing({ what: 'engine' }));
      else if (message) give(workerDied.code, workerDied({ cause: message }));
      // It had spoken, and its end has no words of its own.
      else give(workerEnded.code, workerEnded({}));
    };
    for (const command of unheard ?? []) worker.postMessage(command);
    worker.postMessage({ type: 'ping' } satisfies Command);
  };
  const timer = setInterval(() => {
    const now = performance.now();
    // A page that slept asked nothing meanwhile, so the silence was its own.
    if (now - asked > 3 * ASK_EVERY_MS) heard = now;
    asked = now;
    // One whose script is on its way has all the time of a slow network.
    const patience = unheard === null ? silentForMs : Math.max(silentForMs, SILENT_FOR_MS);
    if (now - heard > patience) give(workerSilent.code, workerSilent({}));
    else worker.postMessage({ type: 'ping' } satisfies Command);
  }, ASK_EVERY_MS);
  open();
  return {
    send: (command) => {
      unheard?.push(command);
      worker.postMessage(command);
    },
    terminate: end,
    quietMs: () => (unheard === null ? performance.now() - heard : 0),
  };
}
