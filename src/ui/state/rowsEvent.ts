// What the engines say of rows that a person brought.
import type { Event } from '../../engine/protocol.ts';

export type RowsEvent = Extract<
  Event,
  { type: 'rows' | 'rows-failed' | 'rows-seen' | 'rows-unseen' | 'rows-counted' | 'template-seen' }
>;

const rowsEvents: ReadonlySet<string> = new Set<RowsEvent['type']>([
  ...(['rows', 'rows-failed', 'rows-seen', 'rows-unseen', 'rows-counted', 'template-seen'] as const),
]);
export const isOfRows = (event: Event): event is RowsEvent => rowsEvents.has(event.type);
