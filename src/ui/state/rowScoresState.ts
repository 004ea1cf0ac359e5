// What the page knows of the losses of the rows of its run, as plain data: a part of its state.
import type { EngineErrorData, RowPart, ScoredRow } from '../../engine/protocol.ts';

export interface RowScores {
  /** Of the newest question; answers to older ones are dropped. */
  readonly id: number;
  readonly part: RowPart;
  readonly scoring: boolean;
  readonly done: number;
  /** Rows of the part; null: nobody asked yet. */
  readonly total: number | null;
  readonly rows: readonly ScoredRow[];
  /** Steps behind the adapter that they were scored by. */
  readonly step: number;
  /** The row whose tokens were asked for, and those when they are here. */
  readonly open: { readonly id: number; readonly place: number; readonly row: ScoredRow | null } | null;
  readonly failure: EngineErrorData | null;
}

export const noScores: RowScores = {
  id: 0,
  part: 'eval',
  scoring: false,
  done: 0,
  total: null,
  rows: [],
  step: 0,
  open: null,
  failure: null,
};
