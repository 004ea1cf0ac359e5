// The page's end of the worker: sends commands, hands decoded events to one listener, and notices a worker that died
// without a word: the worker holds a lock of its own name, and whoever gets that lock knows that it is gone; one that hangs says
// nothing for long. No state beyond the worker.
import { badMessage, workerDied, workerEnded, workerSilent } from './boundaryErrors.ts';
import { decodeEvent } from './eventShapes.ts';
import type { UserError } from './ground/errors.ts';
import type { Command, Event } from './protocol.ts';

export interface EngineClient {
  send(command: Command): void;
  terminate(): void;
}

/** A worker is asked this often whether it lives, and given up when it said nothing for so long. */
const ASK_EVERY_MS = 2000;
const SILENT_FOR_MS = 20_000;
/** Words of a worker that is gone may still be on their way. */
const LAST_WORDS_MS = 500;

type Death = 'worker-died' | 'worker-ended' | 'worker-silent' | 'protocol';

/** The page's own words for what befell the worker. */
const failed = (code: Death, error: UserError): Event => ({
  type: 'failed',
  raisedBy: 'engine',
  error: { code, message: error.problem, remedy: error.remedy, data: error.data },
});

/** A message that is no event fails the run instead of the page. */
function received(message: unknown): Event {
  try {
    return decodeEvent(message);
  } catch (error) {
    if (badMessage.is(error)) return failed(badMessage.code, error);
    throw error;
  }
}

let started = 0;

/** Starts a worker. `onEvent` gets every event; a worker that dies gives a `failed` event with code `worker-…`, once. */
export function startEngine(onEvent: (event: Event) => void): EngineClient {
  started += 1;
  // The worker looks its files up beside the page; the rest makes the name, and its lock, this worker's alone.
  const name = `${new URL('./', location.href).href}#${started}-${Date.now()}`;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name });
  const over = new AbortController();
  let heard = performance.now();
  let asked = heard;
  let watched = false;
  const end = (): void => {
    clearInterval(timer);
    over.abort();
    worker.terminate();
  };
  const give = (code: Death, error: UserError): void => {
    if (over.signal.aborted) return;
    end();
    onEvent(failed(code, error));
  };
  /** The lock is ours only when the worker is no more. */
  const watch = (): void => {
    watched = true;
    navigator.locks
      .request(name, { signal: over.signal }, () => {
        setTimeout(() => give(workerEnded.code, workerEnded({})), LAST_WORDS_MS);
      })
      // Ended by the page, or locks that stopped working: the silence tells.
      .catch(() => {});
  };
  const timer = setInterval(() => {
    const now = performance.now();
    // A page that slept asked nothing meanwhile, so the silence was its own.
    if (now - asked > 3 * ASK_EVERY_MS) heard = now;
    asked = now;
    if (now - heard > SILENT_FOR_MS) give(workerSilent.code, workerSilent({}));
    else worker.postMessage({ type: 'ping' } satisfies Command);
  }, ASK_EVERY_MS);
  worker.onmessage = (message: MessageEvent<unknown>) => {
    heard = performance.now();
    const event = received(message.data);
    if (event.type !== 'pong') onEvent(event);
    else if (event.guarded && !watched) watch();
  };
  worker.onerror = (error) => give(workerDied.code, workerDied({ cause: error.message }));
  worker.postMessage({ type: 'ping' } satisfies Command);
  return { send: (command) => worker.postMessage(command), terminate: end };
}
