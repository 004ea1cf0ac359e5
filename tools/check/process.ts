// Starts a program of the project, keeps its output, and ends it with everything it started when time is up.
// No standard input is given, so nothing can wait for a person.
import { spawn } from 'node:child_process';

export interface Finished {
  /** The exit status; null when a signal or the time limit ended it. */
  readonly status: number | null;
  /** Standard output and error in the order they came. */
  readonly output: string;
  readonly timedOut: boolean;
}

export interface RunOptions {
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
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
    let timedOut = false;
    const end = (): void => {
      timedOut = true;
      try {
        if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, 'SIGKILL');
        else child.kill('SIGKILL');
      } catch {
        // The group ended by itself between the timer and the signal; there is nothing left to end.
      }
    };
    const timer = setTimeout(end, options.timeoutMs);
    const keep = (chunk: Buffer): void => {
      output += chunk.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => {
      clearTimeout(timer);
      resolve({ status: null, output: `${command}: ${error.message}`, timedOut: false });
    });
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, output, timedOut });
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
