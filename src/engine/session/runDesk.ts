// Answers what is asked of the kept runs, also while another is at work. Which runs are kept, savedRuns.ts decides.
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import { readZip } from '../ground/formats/zip.ts';
import type { Command, Event } from '../protocol.ts';
import type { Assets } from './assets.ts';
import { errorData } from './errorData.ts';
import { keptAdapter } from './keptAdapter.ts';
import type { RunsCommand } from './runMessages.ts';
import { runsCommands } from './runMessages.ts';
import type { RunShelf } from './runShelf.ts';
import { runsTooLarge, runsUnread } from './sessionErrors.ts';
import { decodeSnapshot } from './snapshotDecode.ts';

export const isRunsCommand = (command: Command): command is RunsCommand =>
  Object.hasOwn(runsCommands, command.type);

/** Bytes of a file of runs, and of one run in an archive. */
const MOST_RUNS_BYTES = 2 ** 30;

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** The runs that a file holds: one, or those of an archive. Throws UserError 'runs-unread', 'runs-large'. */
export function runsIn(bytes: Uint8Array<ArrayBuffer>): readonly Uint8Array<ArrayBuffer>[] {
  if (!isZip(bytes)) return [bytes];
  const entries = readZip(bytes, (cause) => runsUnread({ cause })).filter(({ path }) =>
    path.endsWith('.lora-run'),
  );
  const sum = entries.reduce((all, { size }) => all + size, 0);
  if (sum > MOST_RUNS_BYTES) throw runsTooLarge({ bytes: sum, most: MOST_RUNS_BYTES });
  return entries.map(({ read }) => read());
}

export interface RunDeskOptions {
  readonly shelf: RunShelf;
  readonly emit: (event: Event) => void;
  /** The models and rows that runs name. */
  readonly assets: Assets;
  readonly breathe: () => Promise<void>;
}

export class RunDesk {
  readonly #shelf: RunShelf;
  readonly #emit: (event: Event) => void;
  readonly #assets: Assets;
  readonly #breathe: () => Promise<void>;

  constructor({ shelf, emit, assets, breathe }: RunDeskOptions) {
    this.#assets = assets;
    this.#breathe = breathe;
    this.#shelf = shelf;
    this.#emit = emit;
  }

  /** Never rejects: what goes wrong is an event. */
  async handle(command: RunsCommand): Promise<void> {
    try {
      this.#emit(await this.#answer(command));
    } catch (error) {
      this.#emit({ type: 'runs-failed', id: command.id, error: errorData(error) });
    }
  }

  async #answer(command: RunsCommand): Promise<Event> {
    const { id } = command;
    switch (command.type) {
      case 'runs-list':
        return this.#listed(id);
      case 'runs-name':
        await this.#shelf.name(command.run, command.name);
        return this.#listed(id);
      case 'runs-remove':
        await this.#shelf.remove(command.runs);
        return this.#listed(id);
      case 'runs-bring':
        await this.#bring(command.file);
        return this.#listed(id);
      case 'runs-take': {
        const files: ExportFile[] = [];
        for (const run of command.runs)
          files.push({ name: `${run}.lora-run`, bytes: await this.#shelf.take(run) });
        return { type: 'runs-taken', id, files };
      }
      case 'runs-adapter': {
        const snapshot = decodeSnapshot(await this.#shelf.take(command.run));
        const files = await keptAdapter(this.#assets, snapshot, this.#breathe);
        const { recipe, note, state } = snapshot;
        const name = note?.name || `${recipe.preset}, step ${state.step}`;
        return { type: 'runs-adapter', id, name, recipe, files };
      }
      case 'runs-recipe':
        return {
          type: 'runs-recipe',
          id,
          recipe: decodeSnapshot(await this.#shelf.take(command.run)).recipe,
        };
    }
  }

  async #listed(id: number): Promise<Event> {
    const { lasts } = this.#shelf;
    return {
      type: 'runs-listed',
      id,
      runs: await this.#shelf.list(),
      lasts,
      roomBytes: await this.#shelf.room(),
    };
  }

  /** All of an archive, or none of it where one can't be read. */
  async #bring(file: Blob): Promise<void> {
    if (file.size > MOST_RUNS_BYTES) throw runsTooLarge({ bytes: file.size, most: MOST_RUNS_BYTES });
    const runs = runsIn(new Uint8Array(await file.arrayBuffer()));
    for (const run of runs) decodeSnapshot(run);
    for (const run of runs) await this.#shelf.bring(run);
  }
}
