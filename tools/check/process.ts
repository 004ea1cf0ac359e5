// Starts a program of the project, keeps its output, and ends it with everything it started when it stops making progress.
// There is no limit on the whole: how long a thing takes is the machine's matter. No standard input is given, so nothing can
// wait for a person.
import { spawn } from 'node:child_process';

export interface Finished {
  /** The exit status; null when a signal ended it, or the watcher. */
  readonly status: number | null;
  /** Standard output and error in the order they came. */
  readonly output: string;
  /** Whether it was ended because it made no progress. */
  readonly stalled: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  /** Ends the program when it shows no progress for so long, in milliseconds. */
  readonly quietMs: number;
  /** Sees every whole line once, as it comes; true when the line shows progress. Every line does unless this is given. */
  readonly progress?: (line: string) => boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** Calls `take` with each whole line of a text that comes in pieces. */
function lines(take: (line: string) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const all = (rest + piece).split('\n');
    rest = all.pop() ?? '';
    for (const line of all) take(line);
  };
}

/** Runs a command to its end. Never throws: a program that cannot start has status null and says why. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(command, [...args], {
      cwd: options.cwd,
      env: { ...process.env, FORCE_COLOR: '0', NO_COLOR: '1', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that a browser left by a test ends with it.
      detached: process.platform !== 'win32',
    });
    let output = '';
    let stalled = false;
    const end = (): void => {
      stalled = true;
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // The group ended by itself between the timer and the signal; there is nothing left to end.
      }
    };
    const timer = setTimeout(end, options.quietMs);
    const watch = (): ((piece: string) => void) =>
      lines((line) => {
        if (!stalled && (options.progress?.(line) ?? true)) timer.refresh();
      });
    for (const stream of [child.stdout, child.stderr]) {
      const see = watch();
      stream.setEncoding('utf8').on('data', (piece: string) => {
        output += piece;
        see(piece);
      });
    }
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: null, output: `${command}: ${error.message}`, stalled: false });
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output, stalled });
    });
  });
}

/** The last lines of a long text, so that a failure is seen without the whole log. */
export function tail(text: string, lines: number): string {
  const all = text.trimEnd().split('\n');
  return all.length <= lines
    ? all.join('\n')
    : [`… ${all.length - lines} lines before`, ...all.slice(-lines)].join('\n');
}
