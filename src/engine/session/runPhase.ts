// Where a run stands, as the page is told. Who tells it, and when, is the session.

export type RunPhase = 'idle' | 'loading' | 'before' | 'running' | 'paused' | 'after' | 'finished' | 'failed';

/** More about a phase: loading begins again after a loss; kernels are compiled, the last part of loading; a run was given up. */
export type PhaseNote = '' | 'recovering' | 'compiling' | 'cancelled';

/** The file that is on its way. */
export interface FileOnItsWay {
  readonly name: string;
  /** Milliseconds until it is asked for again; 0: it comes. */
  readonly waitMs: number;
}

export interface LoadRate {
  readonly bytesPerSecond: number;
  readonly etaMs: number;
}
