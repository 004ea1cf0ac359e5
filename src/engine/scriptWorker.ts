// The thread in which scripts run: Python, the wiring that answers it, and what is said of both. It has no way out once Python is here, and
// is ended from outside when it hangs. One question at a time.

import { pageFiles } from 'virtual:page-files';
import { decodeCommand } from './commandShapes.ts';
import { invariant } from './ground/errors.ts';
import { openNet } from './ground/fetching/net.ts';
import { ownFiles } from './ground/fetching/ownFiles.ts';
import type { ScriptWorld } from './laboratory/script/readScript.ts';
import { readText } from './laboratory/script/readText.ts';
import { signaturesFor } from './libraries/signatures/signatures.ts';
import { openKnownModels } from './models/known/knownModels.ts';
import { browserHost } from './python/host/browserHost.ts';
import type { PythonHost } from './python/host/host.ts';
import type { Told } from './python/host/watchedWorker.ts';
import type { ModelSource } from './python/run/acting.ts';
import { knownSource } from './python/run/knownSource.ts';
import { errorData } from './session/errorData.ts';
import type { ReaderAnswer, ReaderProgress } from './session/scriptDesk.ts';

type Said = Told<ReaderProgress, ReaderAnswer>;
const say = (told: Said): void => self.postMessage(told);

let opened: Promise<{ readonly host: PythonHost; readonly models: ModelSource }> | null = null;
let models: ModelSource | null = null;

async function open(): Promise<{ readonly host: PythonHost; readonly models: ModelSource }> {
  // Everything that is fetched comes before Python shuts the thread's doors.
  const known = await openKnownModels();
  const folder = new URL('pyodide/', self.name).href;
  const read = ownFiles(openNet(), self.name, pageFiles);
  const host = await browserHost(folder, read, (progress) => say({ progress }));
  return { host, models: knownSource(known) };
}

/** Python is opened by the first text that has some: an error alone needs none. */
async function python(): Promise<PythonHost> {
  opened ??= open();
  const { host, models: source } = await opened;
  models = source;
  return host;
}

const world: ScriptWorld = {
  host: {
    run: async (job, answer) => {
      const host = await python();
      // A word before each run: the one who watches counts the silence from there.
      say({ progress: null });
      return host.run(job, answer);
    },
    edit: async (source, edits) => (await python()).edit(source, edits),
    worn: () => false,
  },
  signatures: signaturesFor,
  models: (...asked) => {
    invariant(models !== null, 'a model is asked for before Python runs');
    return models(...asked);
  },
};

async function answer(message: unknown): Promise<void> {
  try {
    const command = decodeCommand(message);
    if (command.type !== 'read-script') return;
    const { text, name, versions } = command;
    const reading = await readText(text, world, { versions, ...(name === null ? {} : { name }) });
    const host = await opened?.then((one) => one.host);
    say({ answer: { reading, worn: host?.worn() ?? false } });
  } catch (error) {
    say({ answer: { error: errorData(error) } });
  }
}

self.onmessage = ({ data }: MessageEvent<unknown>) => void answer(data);
