// What a tab knows of another's run. How it is told: otherTabs.ts.

/** The run of another tab, as it was told last. */
export interface OtherRun {
  readonly preset: string;
  readonly step: number;
  readonly total: number;
  /** Whether it is at work; else it rests. */
  readonly works: boolean;
}
