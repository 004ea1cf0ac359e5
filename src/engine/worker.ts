// The worker: decodes commands, hands them to a session, posts its events. The page's address comes as the worker's name,
// because a bundled worker's own address says nothing about where the page's files lie.
import { pageFiles } from 'virtual:page-files';
import { decodeCommand } from './commandShapes.ts';
import { programMissing } from './ground/fetching/fetchErrors.ts';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import { pageCache, pagePlace } from './hub/cache/opfsFolder.ts';
import type { Event } from './protocol.ts';
import { Assets } from './session/assets.ts';
import { errorData } from './session/errorData.ts';
import { folderExports, memoryExports } from './session/exportPlace.ts';
import { HubDesk, isHubCommand } from './session/hubDesk.ts';
import { opfsStore, opfsTuning } from './session/opfsStore.ts';
import { isRunsCommand, RunDesk } from './session/runDesk.ts';
import { RunShelf } from './session/runShelf.ts';
import type { ReaderPort } from './session/scriptDesk.ts';
import { isScriptCommand, ScriptDesk } from './session/scriptDesk.ts';
import { Session } from './session/session.ts';
import { readerDied } from './session/sessionErrors.ts';
import { fetchOrtGpu, fetchOrtOn, threadsOf } from './training/backends/ort/fetchOrt.ts';

const page = self.name;

// A message to oneself queues behind the commands that wait; a timer would be slowed down in a hidden tab.
const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();
const breathe = (): Promise<void> =>
  new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });

/** Chromium tells it, in GiB, and 8 where there is more: no tab holds more than 16. */
function machineMemory(): number | null {
  const told = 'deviceMemory' in navigator ? Number(navigator.deviceMemory) : Number.NaN;
  if (!(told > 0)) return null;
  return (told < 8 ? told : 16) * 2 ** 30;
}

const emit = (event: Event): void => self.postMessage(event);
const shelf = new RunShelf(pagePlace('lora-playground-runs'));
const exports = pagePlace('lora-playground-exports');
const readOwn = ownFiles(openNet(), page, pageFiles);
const assets = new Assets(readOwn, breathe);
const session = new Session({
  assets,
  ort: fetchOrtOn(readOwn, threadsOf(self.crossOriginIsolated, navigator.hardwareConcurrency)),
  ortGpu: fetchOrtGpu(readOwn),
  gpu: 'gpu' in navigator ? navigator.gpu : null,
  store: opfsStore(),
  shelf,
  exports: exports.lasts ? folderExports(exports.folder, () => Date.now()) : memoryExports,
  memoryBytes: machineMemory(),
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
      // A worker whose script did not come fails without a word.
      thread.onerror = ({ message }: Partial<ErrorEvent>) =>
        listener(message ? readerDied({ cause: message }) : programMissing({ what: 'reader' }));
    },
    terminate: () => thread.terminate(),
  };
}
const scripts = new ScriptDesk(reader, emit);
const models = new HubDesk({ net: openNet(), cache: pageCache(), emit, now: () => performance.now() });

const runs = new RunDesk({ shelf, emit, assets, breathe });

/** One for which there is no memory now is no answer yet: it is asked for again, and nothing else failed. */
function pong(guarded: boolean): void {
  try {
    emit({ type: 'pong', guarded });
  } catch {
    // The page counts its silence.
  }
}

/** Held as long as this worker lives, so that the page knows at once when it does not. Without it the page asks and waits. */
let guarded = false;
if ('locks' in navigator)
  navigator.locks
    .request(page, () => {
      guarded = true;
      pong(guarded);
      return new Promise(() => {});
    })
    // Locks that are there and refused: as without.
    .catch(() => {});

self.onmessage = (message: MessageEvent<unknown>) => {
  try {
    const command = decodeCommand(message.data);
    if (command.type === 'ping') pong(guarded);
    else if (isScriptCommand(command)) void scripts.handle(command);
    else if (isRunsCommand(command)) void runs.handle(command);
    else if (isHubCommand(command)) void models.handle(command);
    else void session.handle(command);
  } catch (error) {
    self.postMessage({ type: 'failed', raisedBy: 'engine', error: errorData(error) } satisfies Event);
  }
};
