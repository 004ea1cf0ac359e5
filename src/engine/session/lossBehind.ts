// What an error that a run threw really was: a lost device makes whatever was awaited fail in words of its own, a moment
// before the device says that it is gone; an allocation that failed fails as a RangeError.

import { UserError } from '../ground/errors.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { outOfMemory } from '../training/trainingErrors.ts';

const GRACE_MS = 250;

/** What browsers say of an allocation that there was no memory for: mostly in a RangeError, of the GPU in errors of its own. */
const isAllocation = (error: unknown): error is Error =>
  error instanceof Error &&
  /allocation failed|out of memory|too large|Invalid typed array length/i.test(error.message);

/** The device's own account if it gives one soon, else the error itself. */
export async function lossBehind(error: unknown, opened: OpenedBackend | null): Promise<unknown> {
  if (!opened || error instanceof UserError) return error;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), GRACE_MS));
  const loss = await Promise.race([opened.lost, late]);
  return loss ?? (isAllocation(error) ? outOfMemory({ cause: error.message }) : error);
}
