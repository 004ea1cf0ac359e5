// What is asked of a run at rest: answers to questions, files to take home, how far a step moved each tensor. What can't be had is told, and
// the run stays as it is. Which run, and what happens when its device is lost under it, is the session's.
import { exportFolders } from '../exchange/export/formats.ts';
import { UserError } from '../ground/errors.ts';
import type { Command, Event } from '../protocol.ts';
import { generationOptions } from '../training/options.ts';
import { deviceLost, gpuError, outOfMemory } from '../training/trainingErrors.ts';
import { errorData } from './errorData.ts';
import type { ExportPlace } from './exportPlace.ts';
import type { TrainingRun } from './run.ts';
import { nothingToAsk, nothingToTake } from './sessionErrors.ts';

export type Asked = Extract<
  Command,
  { type: 'ask' | 'export' | 'norms' | 'pace' | 'take-run' | 'score-rows' }
>;

const kinds: ReadonlySet<Command['type']> = new Set([
  ...(['ask', 'export', 'norms', 'pace', 'take-run', 'score-rows'] as const),
]);
export const isAsked = (command: Command): command is Asked => kinds.has(command.type);

type Emit = (event: Event) => void;

/** The run as a file that a page can open and go on with. */
export async function giveRun(run: TrainingRun, emit: Emit): Promise<void> {
  const { name, bytes } = await run.saved();
  emit({ type: 'exported', id: 0, folder: 'run', files: [{ name, file: new Blob([bytes]) }] });
}

/** Row by row, as long as nothing else is told. */
async function giveRows(run: TrainingRun, asked: Extract<Asked, { type: 'score-rows' }>, door: Door) {
  const { id, part, place } = asked;
  const { emit, goes, breathe } = door;
  const total = place === null ? run.rows.count(part) : 1;
  const told = { type: 'rows-scored', id, total } as const;
  for (let done = 0; done < total && goes(); done++) {
    const row = await run.rows.score(part, place ?? done, place !== null);
    emit({ ...told, done: done + 1, row, ended: done + 1 === total });
    if (done + 1 === total) return;
    await breathe();
  }
  emit({ ...told, done: 0, row: null, ended: true });
}

/** To whom answers go, and whether one that takes long goes on. */
export interface Door {
  readonly emit: Emit;
  readonly goes: () => boolean;
  readonly breathe: () => Promise<void>;
  /** Where files are put that go out. */
  readonly place: ExportPlace;
}

export async function give(run: TrainingRun, asked: Asked, door: Door): Promise<void> {
  const { emit, place } = door;
  switch (asked.type) {
    case 'ask': {
      const generation = generationOptions(asked.recipe.values);
      await run.answers.ask(asked.id, asked.prompts, 'before', generation);
      return run.answers.ask(asked.id, asked.prompts, 'after', generation);
    }
    case 'export': {
      const files = await place.take(run.exportPieces(asked.format, asked.dtype));
      return emit({ type: 'exported', id: asked.id, folder: exportFolders[asked.format], files });
    }
    case 'norms':
      return emit({ type: 'norms', id: asked.id, updates: await run.updateNorms() });
    case 'pace': {
      const { id, prompt, adapter, limit } = asked;
      return emit({ type: 'paced', id, ...(await run.answers.pace(prompt, adapter, limit)) });
    }
    case 'take-run':
      return giveRun(run, emit);
    case 'score-rows':
      return giveRows(run, asked, door);
  }
}

/** Where there is no run to ask. */
export const nothingFor = ({ type }: Asked): UserError =>
  type === 'ask' || type === 'pace' ? nothingToAsk({}) : nothingToTake({});

/** Tells what can't be had; whatever else it was ends the run. True: the device is of no use any more, the run needs another. */
export function refuse(error: unknown, asked: Asked, emit: Emit): boolean {
  const { type } = asked;
  if (!(error instanceof UserError) || type === 'ask' || deviceLost.is(error)) throw error;
  if (type === 'score-rows') emit({ type: 'rows-unscored', id: asked.id, error: errorData(error) });
  else if (type !== 'norms') emit({ type: 'refused', error: errorData(error) });
  return gpuError.is(error) || outOfMemory.is(error);
}
