// Second opinions on a run, asked of the trainer for a dialog that shows them: what comes of one goes to the one who asked last.
import type { Command, Event } from '../../engine/protocol.ts';
import type { Store } from './store.ts';

type Of<K extends Event['type']> = Extract<Event, { type: K }>;
export type OpinionHeard = Of<'opinion-progress'> | Of<'opinion'> | Of<'opinion-failed'>;
/** A trainer that is gone answers nothing any more. */
export type OpinionEvent = OpinionHeard | Of<'failed'>;

export const isOfOpinion = (event: Event): event is OpinionEvent =>
  event.type.startsWith('opinion') || event.type === 'failed';

export function opinionActions(store: Store, tell: (command: Command) => void) {
  let id = 0;
  let listener: ((event: OpinionHeard) => void) | null = null;
  return {
    /** Answers what gives it up. `layers`: gone through layer by layer. */
    askOpinion: (layers: boolean, heard: (event: OpinionHeard) => void): (() => void) => {
      const { recipe, run, backend } = store.getState();
      const own = ++id;
      listener = heard;
      tell({ type: 'second-opinion', id: own, recipe: run?.recipe ?? recipe, backend, layers });
      return () => {
        if (own !== id || listener === null) return;
        listener = null;
        tell({ type: 'cancel-opinion', id: own });
      };
    },
    onOpinion: (event: OpinionEvent): void => {
      const taker = listener;
      const ours = event.type === 'failed' || event.id === id;
      if (taker === null || !ours) return;
      if (event.type !== 'opinion-progress') listener = null;
      taker(event.type === 'failed' ? { type: 'opinion-failed', id, error: event.error } : event);
    },
  };
}
