// The page's end of the worker: sends commands, hands decoded events to one listener, and notices a worker that died
// without a word. No state beyond the worker.
import { badMessage, workerDied, workerSilent } from './boundaryErrors.ts';
import { decodeEvent } from './eventShapes.ts';
import type { UserError } from './ground/errors.ts';
import { programMissing } from './ground/fetching/fetchErrors.ts';
import type { Command, ErrorCode, Event } from './protocol.ts';

export interface EngineClient {
  send(command: Command): void;
  terminate(): void;
}

/** A worker is asked this often whether it lives, and given up when it said nothing for so long. */
const ASK_EVERY_MS = 2000;
const SILENT_FOR_MS = 20_000;

/** A worker whose script does not come is started again this often, each time after twice the wait. */
const MOST_STARTS = 4;
const FIRST_WAIT_MS = 500;

/** The page's own words for what befell the worker. */
const failed = (code: ErrorCode, error: UserError): Event => ({
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

const startWorker = (): Worker =>
  new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    // The worker looks its files up beside the page.
    name: new URL('./', location.href).href,
  });

/**
 * Starts a worker. `onEvent` gets every event; a worker that dies gives a `failed` event with code `worker-died` or `worker-silent`, one
 * whose script can't be fetched `fetch-program`, once.
 */
export function startEngine(onEvent: (event: Event) => void): EngineClient {
  let worker: Worker;
  let starts = 0;
  /** Commands of a worker that has not said anything yet: another would have to hear them too. */
  let unheard: Command[] | null = [];
  let heard = performance.now();
  let asked = heard;
  let again: ReturnType<typeof setTimeout> | undefined;
  const end = (): void => {
    clearInterval(timer);
    clearTimeout(again);
    worker.terminate();
  };
  const open = (): void => {
    starts += 1;
    heard = performance.now();
    worker = startWorker();
    worker.onmessage = (message: MessageEvent<unknown>) => {
      heard = performance.now();
      unheard = null;
      const event = received(message.data);
      if (event.type !== 'pong') onEvent(event);
    };
    worker.onerror = ({ message }: Partial<ErrorEvent>) => {
      // A script that did not come is an event without a word; one that broke says how.
      const notFetched = unheard !== null && !message;
      if (notFetched && starts < MOST_STARTS) {
        again = setTimeout(open, FIRST_WAIT_MS * 2 ** (starts - 1));
        return;
      }
      end();
      if (notFetched) onEvent(failed(programMissing.code, programMissing({ what: 'engine' })));
      else if (message) onEvent(failed(workerDied.code, workerDied({ cause: message })));
      else onEvent(failed(workerSilent.code, workerSilent({})));
    };
    for (const command of unheard ?? []) worker.postMessage(command);
  };
  const timer = setInterval(() => {
    const now = performance.now();
    // A page that slept asked nothing meanwhile, so the silence was its own.
    if (now - asked > 3 * ASK_EVERY_MS) heard = now;
    asked = now;
    if (now - heard > SILENT_FOR_MS) {
      end();
      onEvent(failed(workerSilent.code, workerSilent({})));
    } else worker.postMessage({ type: 'ping' } satisfies Command);
  }, ASK_EVERY_MS);
  open();
  return {
    send: (command) => {
      unheard?.push(command);
      worker.postMessage(command);
    },
    terminate: end,
  };
}
