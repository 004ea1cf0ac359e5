// How far a file is, as it is told while it comes.

export interface FileProgress {
  /** Name of the file, without a folder. */
  readonly file: string;
  readonly done: number;
  /** Of the whole file; as many as `done` where nobody knows. */
  readonly total: number;
  /** Milliseconds until it is asked for again; 0: it comes. */
  readonly waitMs: number;
}

export interface ReadOptions {
  readonly onProgress?: ((progress: FileProgress) => void) | undefined;
  /** Gives the reading up; it then throws Cancelled. */
  readonly signal?: AbortSignal | undefined;
}
