// A run's files for the web, asked of whoever trains for a dialog that tries them: they come to the one who asked, and are no download.
import type { ExportFile } from '../../engine/index.ts';
import type { EngineErrorData } from '../../engine/protocol.ts';

/** Beyond the ids of all other questions for files. */
const FIRST_ID = 1_000_000;

export interface WebListener {
  onFiles(files: readonly ExportFile[]): void;
  onRefused(error: EngineErrorData): void;
}

export function webActions(askFiles: (id: number) => void) {
  let id = FIRST_ID;
  let listener: WebListener | null = null;
  return {
    /** Answers what gives it up. */
    askWebFiles: (asked: WebListener): (() => void) => {
      id += 1;
      listener = asked;
      askFiles(id);
      return () => {
        if (listener === asked) listener = null;
      };
    },
    /** False: these files are for somebody else. */
    onWebFiles: (of: number, files: readonly ExportFile[]): boolean => {
      if (of < FIRST_ID) return false;
      if (of === id) listener?.onFiles(files);
      return true;
    },
    onWebRefused: (error: EngineErrorData): void => listener?.onRefused(error),
  };
}
