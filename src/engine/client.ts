// The page's end of the worker: sends commands, hands decoded events to one listener. No state beyond the worker.
import { decodeEvent } from './decode.ts';
import type { Command, Event } from './protocol.ts';

export interface EngineClient {
  send(command: Command): void;
  terminate(): void;
}

/** Starts a worker. `onEvent` gets every event; a worker that dies gives a `failed` event with code `worker-died`. */
export function startEngine(onEvent: (event: Event) => void): EngineClient {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    type: 'module',
    // The worker looks its files up beside the page.
    name: new URL('./', location.href).href,
  });
  worker.onmessage = (message: MessageEvent<unknown>) => {
    onEvent(decodeEvent(message.data));
  };
  worker.onerror = (error) => {
    onEvent({
      type: 'failed',
      raisedBy: 'engine',
      error: {
        code: 'worker-died',
        message: `The engine stopped: ${error.message}. Reload the page.`,
        data: {},
      },
    });
  };
  return {
    send: (command) => worker.postMessage(command),
    terminate: () => worker.terminate(),
  };
}
