// What a run is given beside what loads it: its files, where it saves itself, and what it goes on from.
import type { Assets } from './assets.ts';
import type { LoadOptions } from './loadFiles.ts';
import type { Snapshot, SnapshotStore } from './snapshot.ts';

export interface RunOptions extends LoadOptions {
  readonly assets: Assets;
  /** True once nothing more is to be asked; loading goes on. */
  readonly quiet?: () => boolean;
  /** Where the run saves itself, so that it can go on after a loss. */
  readonly store: SnapshotStore;
  readonly memoryBytes?: number | null;
  /** Go on from here. */
  readonly saved?: Snapshot | null;
}
