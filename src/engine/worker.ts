// The worker: decodes commands, hands them to a session, posts its events. The page's address comes as the worker's name,
// because a bundled worker's own address says nothing about where the page's files lie.
import { notFetched } from './boundaryErrors.ts';
import { decodeCommand } from './commandShapes.ts';
import type { Event } from './protocol.ts';
import { Assets } from './session/assets.ts';
import { errorData } from './session/errorData.ts';
import { opfsStore, opfsTuning } from './session/opfsStore.ts';
import type { ReaderPort } from './session/scriptDesk.ts';
import { isScriptCommand, ScriptDesk } from './session/scriptDesk.ts';
import { Session } from './session/session.ts';
import { readerDied } from './session/sessionErrors.ts';

const page = self.name;

async function readAsset(
  path: string,
  onBytes?: (done: number, total: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(new URL(path, page));
  if (!response.ok || !response.body) {
    throw notFetched({ path, status: response.status });
  }
  const total = Number(response.headers.get('content-length') ?? 0);
  const chunks: Uint8Array[] = [];
  let done = 0;
  const reader = response.body.getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    chunks.push(next.value);
    done += next.value.byteLength;
    onBytes?.(done, Math.max(total, done));
  }
  const all = new Uint8Array(done);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}

// A message to oneself queues behind the commands that wait; a timer would be slowed down in a hidden tab.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

const emit = (event: Event): void => self.postMessage(event);
const session = new Session({
  assets: new Assets(readAsset),
  gpu: 'gpu' in navigator ? navigator.gpu : null,
  store: opfsStore(),
  tuning: opfsTuning(),
  emit,
  now: () => performance.now(),
  breathe,
});

function reader(): ReaderPort {
  const thread = new Worker(new URL('./scriptWorker.ts', import.meta.url), { type: 'module', name: page });
  return {
    ask: (question) => thread.postMessage(question),
    onTold: (listener) => {
      thread.onmessage = ({ data }) => listener(data);
    },
    onError: (listener) => {
      thread.onerror = ({ message }) => listener(readerDied({ cause: message }));
    },
    terminate: () => thread.terminate(),
  };
}
const scripts = new ScriptDesk(reader, emit);

/** Held as long as this worker lives, so that the page knows at once when it does not. Where there are no locks it asks and waits. */
const guarded = new Promise<boolean>((resolve) => {
  if (!('locks' in navigator)) return resolve(false);
  navigator.locks
    .request(page, () => {
      resolve(true);
      return new Promise(() => {});
    })
    .catch(() => resolve(false));
});

self.onmessage = (message: MessageEvent<unknown>) => {
  try {
    const command = decodeCommand(message.data);
    if (command.type === 'ping') void guarded.then((held) => emit({ type: 'pong', guarded: held }));
    else if (isScriptCommand(command)) void scripts.handle(command);
    else void session.handle(command);
  } catch (error) {
    self.postMessage({ type: 'failed', raisedBy: 'engine', error: errorData(error) } satisfies Event);
  }
};
