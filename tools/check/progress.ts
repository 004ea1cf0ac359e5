// How a test runner tells the check what it is doing: one line when something starts and one when it ends. The runners' ends
// write them (tellTests.ts, playwrightProgress.ts); the check reads them to tell a hang from slowness and to name what hung.
import { writeSync } from 'node:fs';

/** The environment of a runner that is to tell. */
export const telling = { TELL_TESTS: '1' } as const;

export const tellsTests = (): boolean => process.env.TELL_TESTS === telling.TELL_TESTS;

const marks = { started: '::started ', finished: '::finished ' } as const;

/** Says on standard output that a test, or a file of tests, started or ended. */
export function tell(what: keyof typeof marks, name: string): void {
  writeSync(1, `${marks[what]}${name.replaceAll('\n', ' ')}\n`);
}

/** What the lines of one runner have told so far. */
export class RunnerProgress {
  readonly #running = new Set<string>();
  #finished = 0;

  /** Reads a line; true when it tells of something started or ended, which is what counts as progress. */
  take(line: string): boolean {
    if (line.startsWith(marks.started)) {
      this.#running.add(line.slice(marks.started.length));
      return true;
    }
    if (!line.startsWith(marks.finished)) return false;
    this.#running.delete(line.slice(marks.finished.length));
    this.#finished += 1;
    return true;
  }

  /** For a runner that was ended: how far it came and what was running, the innermost (named last) first. */
  where(): string {
    const running = [...this.#running].reverse();
    return `${this.#finished} ended before; running: ${running.length > 0 ? running.join(', ') : 'nothing'}`;
  }

  /** The output without these lines. */
  static strip(output: string): string {
    return output
      .split('\n')
      .filter((line) => !line.startsWith(marks.started) && !line.startsWith(marks.finished))
      .join('\n');
  }
}
