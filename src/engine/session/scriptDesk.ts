// Who has scripts read: one thread that holds Python, started when the first script is read, ended when the person gives up. Tells how far
// it is; what a thread that hangs is told of stands with the one who watches it.

import type { Command, EngineErrorData, Event } from '../protocol.ts';
import type { LoadProgress } from '../python/host/browserHost.ts';
import { pyodideBytes } from '../python/host/browserHost.ts';
import type { Told, WorkerPort } from '../python/host/watchedWorker.ts';
import { WatchedWorker } from '../python/host/watchedWorker.ts';
import { errorData } from './errorData.ts';

export type ScriptCommand = Extract<Command, { type: 'script-cost' | 'read-script' | 'cancel-script' }>;
type Reading = Extract<Event, { type: 'script-read' }>['reading'];

export type ReaderQuestion = Extract<ScriptCommand, { type: 'read-script' }>;
/** null: Python is here and runs the text. */
export type ReaderProgress = LoadProgress | null;
/** What was thrown for people crosses as data. `worn`: Python has to be opened anew, which a thread without doors can't. */
export type ReaderAnswer =
  | { readonly reading: Reading; readonly worn: boolean }
  | { readonly error: EngineErrorData };
export type ReaderPort = WorkerPort<ReaderQuestion, Told<ReaderProgress, ReaderAnswer>>;

export const isScriptCommand = (command: Command): command is ScriptCommand =>
  command.type === 'script-cost' || command.type === 'read-script' || command.type === 'cancel-script';

/** The host bounds each run of a text; a thread that says nothing for so long does something else. */
const SILENT_FOR_MS = 120_000;

export class ScriptDesk {
  readonly #start: () => ReaderPort;
  readonly #emit: (event: Event) => void;
  #thread: WatchedWorker<ReaderQuestion, ReaderProgress, ReaderAnswer>;
  /** Of the reading on its way. */
  #id: number | null = null;
  /** Whether Python was fetched: the browser keeps the files. */
  #fetched = false;

  constructor(start: () => ReaderPort, emit: (event: Event) => void) {
    this.#start = start;
    this.#emit = emit;
    this.#thread = this.#another();
  }

  /** Never rejects: what goes wrong is an event. */
  async handle(command: ScriptCommand): Promise<void> {
    switch (command.type) {
      case 'script-cost':
        return this.#emit({ type: 'script-cost', bytes: this.#fetched ? 0 : pyodideBytes });
      case 'cancel-script':
        if (command.id === this.#id) this.#end();
        return;
      case 'read-script':
        return this.#read(command);
    }
  }

  async #read(command: ReaderQuestion): Promise<void> {
    if (this.#id !== null) this.#end();
    const { id } = command;
    this.#id = id;
    let answer: ReaderAnswer;
    try {
      answer = await this.#thread.ask(command, (progress) => this.#tell(id, progress));
    } catch (error) {
      answer = { error: errorData(error) };
    }
    // A reading that was given up has nothing more to say.
    if (this.#id !== id) return;
    this.#id = null;
    if ('error' in answer) {
      this.#end();
      return this.#emit({ type: 'script-failed', id, error: answer.error });
    }
    if (answer.worn) this.#end();
    this.#emit({ type: 'script-read', id, reading: answer.reading });
  }

  #tell(id: number, progress: ReaderProgress): void {
    if (this.#id !== id) return;
    if (progress === null && !this.#fetched) {
      this.#fetched = true;
      this.#emit({ type: 'script-cost', bytes: 0 });
    }
    const { loadedBytes, totalBytes } = progress ?? { loadedBytes: pyodideBytes, totalBytes: pyodideBytes };
    const phase = progress === null ? 'running' : 'loading';
    this.#emit({ type: 'script-progress', id, phase, loadedBytes, totalBytes });
  }

  #another(): WatchedWorker<ReaderQuestion, ReaderProgress, ReaderAnswer> {
    return new WatchedWorker(this.#start, SILENT_FOR_MS);
  }

  /** Ends the thread; whoever waits for its answer is no longer listened to. */
  #end(): void {
    this.#id = null;
    this.#thread.end();
    this.#thread = this.#another();
  }
}
