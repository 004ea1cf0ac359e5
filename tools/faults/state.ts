// What is known of the cells: a line of JSON for each that ended, with the build that it ran in, so that a run which was broken off goes on
// and results of other code are never taken for those of this one. The newest line of a cell counts.
import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { BrowserName } from './list.ts';
import { browsers } from './list.ts';
import type { Verdict } from './verdict.ts';
import { verdicts } from './verdict.ts';

const line = z.object({
  build: z.string(),
  browser: z.enum(browsers),
  cell: z.string(),
  verdict: z.enum(verdicts),
  said: z.string(),
  seconds: z.number(),
});

export interface Ended extends Verdict {
  readonly build: string;
  readonly browser: BrowserName;
  readonly cell: string;
  readonly seconds: number;
}

/** Names a cell among those of all browsers. */
export const keyOf = ({ browser, cell }: Pick<Ended, 'browser' | 'cell'>): string => `${browser} ${cell}`;

function filesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const path = join(folder, name);
      return statSync(path).isDirectory() ? filesIn(path) : [path];
    });
}

/** Of the built page: every file with its name. */
export function buildOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of filesIn(folder)) hash.update(path.slice(folder.length)).update(readFileSync(path));
  return hash.digest('hex').slice(0, 8);
}

/** A line that was cut off when the machine was stopped is none. */
function readLine(text: string): Ended[] {
  try {
    return [line.parse(JSON.parse(text))];
  } catch {
    return [];
  }
}

export function readState(path: string): ReadonlyMap<string, Ended> {
  if (!existsSync(path)) return new Map();
  const lines = readFileSync(path, 'utf8').split('\n');
  return new Map(lines.flatMap(readLine).map((ended) => [keyOf(ended), ended]));
}

export function keep(path: string, ended: Ended): void {
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${JSON.stringify(ended)}\n`);
}
