// What the page's two engines are asked, and whom they tell. How they are kept alive stands in engines.ts.
import type { Recipe } from '../../engine/index.ts';
import type { Command, EngineErrorData, Event } from '../../engine/protocol.ts';
import type { OpinionEvent } from './opinionActions.ts';
import type { RowsEvent } from './rowsEvent.ts';
import type { RunsEvent } from './runsActions.ts';
import type { PickedAdapter, PickedFiles, Ports } from './state.ts';
import type { Store } from './store.ts';

export interface Engines {
  /** To the trainer. */
  tell(command: Command): void;
  /** Goes on with a run whose trainer was lost and that did not go on by itself. */
  revive(recipe: Recipe): void;
  /** The recipe changed: many changes in one task are one question. */
  inspectSoon(): void;
  /** To the inspector: a question that is answered at once. */
  ask(command: Command): void;
  /** Takes adapters into both engines, several as one that does what all do. */
  openAdapter(id: number, adapters: readonly PickedAdapter[]): void;
  /** Tells the trainer of a file of rows that the inspector has read. */
  holdRows(digest: string, file: File): void;
  /** Takes a model file into both engines. */
  openModel(id: number, picked: PickedFiles): void;
  terminate(): void;
}

export interface EngineHooks {
  readonly store: Store;
  readonly ports: Ports;
  /** Runs a function on the next frame (or soon, in tests). */
  readonly later: (run: () => void) => void;
  /** The trainer paused: pending questions may be asked. */
  readonly onPaused: () => void;
  /** The trainer has written a run's files, or the inspector a recipe's script with all that it needs. */
  readonly onExported: (exported: Extract<Event, { type: 'exported' }>) => void;
  /** The trainer has shown how fast it answers. */
  readonly onPaced: (paced: Extract<Event, { type: 'paced' }>) => void;
  /** What was asked of a run can't be had. */
  readonly onRefused: (error: EngineErrorData) => void;
  /** The inspector has read an adapter, or refused it. */
  readonly onAdapter: (event: Extract<Event, { type: 'adapter' | 'adapter-failed' }>) => void;
  /** The inspector has read rows, or refused them. */
  readonly onRows: (event: RowsEvent) => void;
  /** The trainer told of the kept runs. */
  readonly onRuns: (event: RunsEvent) => void;
  /** The trainer told of a second opinion, or is gone. */
  readonly onOpinion: (event: OpinionEvent) => void;
  /** Nobody answers what the inspector was asked. */
  readonly onInspectorGone: () => void;
  /** The inspector has read a model file, or refused it. */
  readonly onModel: (event: Extract<Event, { type: 'model' | 'model-failed' }>) => void;
}
