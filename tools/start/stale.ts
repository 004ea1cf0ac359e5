// Whether the built page is older than what it is built from, by times only; and building it then.
import type { Stats } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const inputs = ['src', 'public', 'index.html', 'package-lock.json', 'vite.config.ts', 'tsconfig.json'];

function newestMs(path: string): number {
  const stat: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  // A folder's own time counts too: it changes when a file in it is removed.
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** True when dist/ was never built or anything that it is built from (paths from the root) changed after it. */
export function isStale(root: string, from: readonly string[] = inputs): boolean {
  const built = statSync(join(root, 'dist', 'index.html'), { throwIfNoEntry: false });
  return built === undefined || from.some((input) => newestMs(join(root, input)) > built.mtimeMs);
}

/** Builds dist/ unless it is up to date. */
export async function buildIfStale(root: string): Promise<void> {
  if (isStale(root)) await build({ root, logLevel: 'warn' });
}
