// What a run is given beside what loads it: its files, where it saves itself, and what it goes on from.
import type { Example } from '../data/tokenize.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import type { Wired } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Trainer } from '../training/trainer.ts';
import type { Assets } from './assets.ts';
import type { LoadOptions } from './loadFiles.ts';
import type { RunAnswers } from './runAnswers.ts';
import type { RunChanges } from './runChanges.ts';
import type { RunName, RunNote } from './runNote.ts';
import type { RunRows } from './runRows.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';

export interface RunOptions extends LoadOptions {
  readonly assets: Assets;
  /** True once nothing more is to be asked; loading goes on. */
  readonly quiet?: () => boolean;
  /** Where the run saves itself, so that it can go on after a loss. */
  readonly store: SnapshotStore;
  readonly memoryBytes?: number | null;
  /** What it is kept as, where it begins here. */
  readonly as?: RunName | undefined;
  /** Go on from here. */
  readonly saved?: Snapshot | null;
}

/** What a run is made of once it stands. */
export interface RunParts {
  readonly trainer: Trainer;
  readonly train: readonly Example[];
  readonly answers: RunAnswers;
  readonly rows: RunRows;
  /** First values of an adapter that was taken out of the base; null for any other. */
  readonly taken: Float32Array<ArrayBuffer> | null;
  readonly wired: Wired;
  /** The settings as they hold beside a script's program. */
  readonly values: RecipeValues;
  readonly files: ModelFiles;
  readonly note: RunNote;
  readonly changes: RunChanges;
}
