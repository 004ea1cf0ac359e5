// Handing a run to a repository of the hub: its files are asked of whoever trains, then sent by whoever fetches models. Which comes first
// and what is told of it; the token is the hub's settings', in memory alone.
import type { EngineErrorData, TakenFile } from '../../engine/protocol.ts';
import type { PushState } from './hubState.ts';
import type { HubEvent, Librarian } from './librarian.ts';
import type { Store } from './store.ts';

export interface PushWanted {
  /** owner/name */
  readonly repository: string;
  readonly private: boolean;
}

export interface PushDoors {
  readonly librarian: Librarian;
  /** Another id than of all questions before it. */
  readonly nextId: () => number;
  /** Asks for the run as a repository's files, which come under this id. */
  readonly askFiles: (id: number) => void;
}

export function pushActions(store: Store, { librarian, nextId, askFiles }: PushDoors) {
  /** The one on its way; 0: none. */
  let current = 0;
  let wanted: PushWanted | null = null;
  const change = (patch: Partial<PushState>): void =>
    store.setState(({ hub }) => ({ hub: { ...hub, push: { ...hub.push, ...patch } } }));
  const failed = (failure: EngineErrorData): void => {
    current = 0;
    wanted = null;
    change({ phase: 'idle', failure });
  };
  return {
    pushToHub: (asked: PushWanted): void => {
      current = nextId();
      wanted = asked;
      change({ phase: 'gathering', file: '', done: 0, total: 0, pushed: null, failure: null });
      askFiles(current);
    },
    cancelPush: (): void => {
      if (current === 0) return;
      librarian.ask({ type: 'hub-cancel', id: current });
      current = 0;
      wanted = null;
      change({ phase: 'idle' });
    },
    /** False: these files are for somebody else. */
    onPushFiles: (id: number, files: readonly TakenFile[]): boolean => {
      if (id === 0) return false;
      if (id !== current || wanted === null) return true;
      const wish = {
        ...wanted,
        title: 'An adapter of LoRA Playground',
        files,
      };
      change({ phase: 'sending' });
      librarian.ask({ type: 'hub-push', id, wish, hub: store.getState().hub.settings });
      return true;
    },
    /** The run has no such files. */
    onPushRefused: (error: EngineErrorData): void => {
      if (store.getState().hub.push.phase === 'gathering') failed(error);
    },
    onPushEvent: (event: HubEvent): void => {
      if (event.type === 'hub-push-progress' && event.id === current) {
        const { file, done, total } = event;
        change({ file, done, total });
      }
      if (event.type === 'hub-pushed' && event.id === current) {
        current = 0;
        change({ phase: 'idle', pushed: event.page });
      }
      if (event.type === 'hub-failed' && event.id === current) failed(event.error);
    },
    /** Nobody is left who would send them. */
    onPusherGone: (error: EngineErrorData): void => {
      if (current !== 0) failed(error);
    },
  };
}
