// Test-only: what messages about rows hold, with a value in each of its fields.
import type { RowStatistics } from '../data/rowStatistics.ts';
import { same } from '../ground/text.ts';
import type { ColumnMapping, CustomData } from '../recipe/rows/ownRows.ts';
import type { RowsView } from '../session/lookAtRows.ts';

export const columns: ColumnMapping = {
  to: 'prompt-completion',
  columns: { prompt: 'question', completion: 'answer' },
  chat: true,
  renameRoles: false,
};
export const ownRows: CustomData = {
  name: 'mine',
  text: '{"text":"a"}',
  format: 'json',
  columns,
  edits: [{ row: 0, column: 'answer', value: 'b' }],
  leftOut: [1],
};

export const rowsView: RowsView = {
  columns: ['a'],
  total: 1,
  matches: 1,
  problems: 0,
  rows: [
    {
      place: 0,
      cells: [{ text: 'a', whole: true }],
      problem: same('a'),
      leftOut: false,
      preview: { tokens: [{ text: 'a', mask: 'trained' }], trainedTokens: 1, totalTokens: 1 },
    },
  ],
};

export const rowStatistics: RowStatistics = {
  rows: 1,
  longest: 1,
  tokens: 1,
  buckets: [{ from: 1, to: 1, rows: 1 }],
  marks: { cut: 0, untrained: 0, duplicate: 0, empty: 0 },
  tokensCut: 0,
  packed: { sequences: 1, filled: 1 },
  filled: 1,
};
