// What the page knows of the runs that this browser keeps, as plain data: a part of its state.
import type { EngineErrorData, KeptRun } from '../../engine/protocol.ts';
import type { RowScores } from './rowScoresState.ts';
import { noScores } from './rowScoresState.ts';

/** What the dialog of the runs shows. */
export type RunsTab = 'kept' | 'queue' | 'rows';

export interface RunsState {
  readonly tab: RunsTab;
  readonly scores: RowScores;
  /** null: nobody asked yet. */
  readonly listed: readonly KeptRun[] | null;
  /** Whether they are there at the next visit. */
  readonly lasts: boolean;
  /** Bytes that may still be kept; null: nobody knows. */
  readonly roomBytes: number | null;
  /** Why what was asked last could not be had. */
  readonly failure: EngineErrorData | null;
  /** A run that could not be kept, why, and the run: its last copy. */
  readonly unkept: { readonly error: EngineErrorData; readonly run: Blob } | null;
}

export const noRuns: RunsState = {
  tab: 'kept',
  scores: noScores,
  listed: null,
  lasts: true,
  roomBytes: null,
  failure: null,
  unkept: null,
};
