// The rows of the run on screen with their losses: asked of the trainer, which answers row by row; whatever is told it meanwhile ends it.
import type { Command, Event, RowPart } from '../../engine/protocol.ts';
import type { RowScores } from './rowScoresState.ts';
import { noScores } from './rowScoresState.ts';
import type { Store } from './store.ts';

export type RowScoresEvent = Extract<Event, { type: 'rows-scored' | 'rows-unscored' }>;

export function rowScoresActions(store: Store, tell: (command: Command) => void) {
  let lastId = 0;
  const change = (patch: Partial<RowScores>): void =>
    store.setState(({ runs }) => ({ runs: { ...runs, scores: { ...runs.scores, ...patch } } }));
  const scores = (): RowScores => store.getState().runs.scores;

  return {
    /** Scores all rows of a part anew. */
    scoreRows: (part: RowPart): void => {
      lastId += 1;
      const step = store.getState().run?.steps.at(-1)?.step ?? 0;
      change({ ...noScores, id: lastId, part, step, scoring: true });
      tell({ type: 'score-rows', id: lastId, part, place: null });
    },
    /** Ends it with the rows that are here. */
    leaveScores: (): void => {
      if (!scores().scoring) return;
      change({ scoring: false });
      tell({ type: 'pause' });
    },
    /** Shows a row's tokens; null: none's. */
    openScoredRow: (place: number | null): void => {
      if (place === null) {
        change({ open: null });
        return;
      }
      lastId += 1;
      change({ open: { id: lastId, place, row: null }, failure: null });
      tell({ type: 'score-rows', id: lastId, part: scores().part, place });
    },
    onScores: (event: RowScoresEvent): void => {
      const { id, open, rows } = scores();
      if (event.id !== id && event.id !== open?.id) return;
      if (event.type === 'rows-unscored') {
        change({ scoring: false, failure: event.error, ...(event.id === open?.id ? { open: null } : {}) });
        return;
      }
      const { row, done, total, ended } = event;
      if (event.id === open?.id) {
        if (row) change({ open: { ...open, row } });
        return;
      }
      // After a lost device they come once more.
      const others = row === null ? rows : rows.filter(({ place }) => place !== row.place);
      change({
        rows: row === null ? others : [...others, row],
        total,
        ...(row === null ? {} : { done }),
        scoring: !ended && scores().scoring,
      });
    },
  };
}
