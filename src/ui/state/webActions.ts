// A run's files for the web, asked of whoever trains for a dialog that tries them, and how fast that engine answers the same question: what comes
// goes to the one who asked, and is no download.
import type { Command, EngineErrorData, Event, TakenFile } from '../../engine/protocol.ts';

/** Beyond the ids of all other questions for files. */
const FIRST_ID = 1_000_000;

type Paced = Extract<Event, { type: 'paced' }>;
export type PaceAsked = Omit<Extract<Command, { type: 'pace' }>, 'type' | 'id'>;

export interface WebListener {
  onFiles(files: readonly TakenFile[]): void;
  onRefused(error: EngineErrorData): void;
  onPaced(paced: Paced): void;
}

export function webActions(tell: (command: Command) => void) {
  let id = FIRST_ID;
  /** Ids of what the listener waits for. */
  let [files, pace] = [0, 0];
  let listener: WebListener | null = null;
  return {
    /** Answers what gives it up. */
    askWebFiles: (asked: WebListener): (() => void) => {
      id += 1;
      files = id;
      listener = asked;
      tell({ type: 'export', id, format: 'web-q4', dtype: 'float16' });
      return () => {
        if (listener === asked) listener = null;
      };
    },
    /** What the listener's files were asked, of the engine that trains. */
    askPace: (asked: PaceAsked): void => {
      id += 1;
      pace = id;
      tell({ type: 'pace', id, ...asked });
    },
    /** False: these files are for somebody else. */
    onWebFiles: (of: number, found: readonly TakenFile[]): boolean => {
      if (of < FIRST_ID) return false;
      if (of === files) listener?.onFiles(found);
      return true;
    },
    onPaced: (paced: Paced): void => {
      if (paced.id === pace) listener?.onPaced(paced);
    },
    onWebRefused: (error: EngineErrorData): void => listener?.onRefused(error),
  };
}
