// What a run is at, as the page is told: its phases, and what is known of them. How far it is stands in the events of protocol.ts.

export type RunPhase = 'idle' | 'loading' | 'before' | 'running' | 'paused' | 'after' | 'finished' | 'failed';

/** More about a phase: loading begins again after a loss; ONNX Runtime is fetched; it gave up, and plain TypeScript goes on; backends are compared; kernels are measured, its first part; kernels are compiled, its last; a run was given up. */
export const phaseNotes = [
  '',
  'recovering',
  'runtime',
  'plain',
  'comparing',
  'tuning',
  'compiling',
  'cancelled',
] as const;
export type PhaseNote = (typeof phaseNotes)[number];

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
