// Whether the built page is older than what it is built from. Looks at times only.
import type { Stats } from 'node:fs';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function newestMs(path: string): number {
  const stat: Stats | undefined = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  // A folder's own time counts too: it changes when a file in it is removed.
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

/** True when dist/ was never built or anything among `inputs` (relative to the root) changed after it. */
export function isStale(root: string, inputs: readonly string[]): boolean {
  const built = statSync(join(root, 'dist', 'index.html'), { throwIfNoEntry: false });
  return built === undefined || inputs.some((input) => newestMs(join(root, input)) > built.mtimeMs);
}
