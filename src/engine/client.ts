// The page's end of the worker: sends commands, hands decoded events to one listener, and notices a worker that died
// without a word. No state beyond the worker.
import { badMessage, workerDied, workerSilent } from './boundaryErrors.ts';
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

/** The page's own words for what befell the worker. */
const failed = (code: 'worker-died' | 'worker-silent' | 'protocol', error: UserError): Event => ({
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

/** Starts a worker. `onEvent` gets every event; a worker that dies gives a `failed` event with code `worker-died` or `worker-silent`, once. */
export function startEngine(onEvent: (event: Event) => void): EngineClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    // The worker looks its files up beside the page.
    name: new URL('./', location.href).href,
  });
  let heard = performance.now();
  let asked = heard;
  const end = (): void => {
    clearInterval(timer);
    worker.terminate();
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
  worker.onmessage = (message: MessageEvent<unknown>) => {
    heard = performance.now();
    const event = received(message.data);
    if (event.type !== 'pong') onEvent(event);
  };
  worker.onerror = (error) => {
    end();
    onEvent(failed(workerDied.code, workerDied({ cause: error.message })));
  };
  return { send: (command) => worker.postMessage(command), terminate: end };
}
