// What one part of the check reports, how parts add up, and the closing line that CI reads.
// It runs nothing and prints nothing.

/** The result of one part. `failures` and `skips` name what failed or was skipped, in full. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
  readonly skips: readonly string[];
  /** Short facts worth a line beside the part's name, for example the number of files looked at. */
  readonly notes: readonly string[];
}

/** One broken rule at one place; `line` counts from 1. */
export interface Violation {
  readonly file: string;
  readonly line?: number;
  readonly message: string;
}

/** A static check counts as one test: passed when nothing is violated. */
export function fromViolations(violations: readonly Violation[], notes: readonly string[] = []): Outcome {
  const failed = violations.length > 0 ? 1 : 0;
  const failures = violations.map(
    (v) => `${v.file}${v.line === undefined ? '' : `:${v.line}`}  ${v.message}`,
  );
  return { passed: 1 - failed, failed, skipped: 0, failures, skips: [], notes };
}

/** A part that could not run here; it counts as one skipped test and says why. */
export function skippedPart(reason: string): Outcome {
  return { passed: 0, failed: 0, skipped: 1, failures: [], skips: [reason], notes: [] };
}

/** A part that broke before it could report; it counts as one failed test. */
export function failedPart(text: string): Outcome {
  return { passed: 0, failed: 1, skipped: 0, failures: [text], skips: [], notes: [] };
}

/** The sum over all parts. */
export function total(outcomes: readonly Outcome[]): Outcome {
  return {
    passed: outcomes.reduce((sum, o) => sum + o.passed, 0),
    failed: outcomes.reduce((sum, o) => sum + o.failed, 0),
    skipped: outcomes.reduce((sum, o) => sum + o.skipped, 0),
    failures: outcomes.flatMap((o) => o.failures),
    skips: outcomes.flatMap((o) => o.skips),
    notes: outcomes.flatMap((o) => o.notes),
  };
}

/** The closing line, alone on its line, without colour: `N passed, N failed, N skipped`. */
export function closingLine(outcome: Outcome): string {
  return `${outcome.passed} passed, ${outcome.failed} failed, ${outcome.skipped} skipped`;
}
