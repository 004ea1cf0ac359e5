// What an error that a run threw really was: a lost device makes whatever was awaited fail in words of its own, a moment
// before the device says that it is gone.

import { UserError } from '../ground/errors.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';

const GRACE_MS = 250;

/** The device's own account if it gives one soon, else the error itself. */
export async function lossBehind(error: unknown, opened: OpenedBackend | null): Promise<unknown> {
  if (!opened || error instanceof UserError) return error;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), GRACE_MS));
  return (await Promise.race([opened.lost, late])) ?? error;
}
