// What an error that a run threw really was: a lost device makes whatever was awaited fail in words of its own, a moment
// before the device says that it is gone; a device that is refused, or that rejects what it was asked, says no more than that; an
// allocation that failed fails as a RangeError.

import { UserError } from '../ground/errors.ts';
import type { OpenedBackend } from '../training/backends/openDevice.ts';
import { deviceLost, outOfMemory } from '../training/trainingErrors.ts';

const GRACE_MS = 250;

/** What browsers say of an allocation that there was no memory for: mostly in a RangeError, of the GPU in errors of its own. */
const isAllocation = (error: unknown): error is Error =>
  error instanceof Error &&
  /allocation failed|out of memory|too large|Invalid typed array length/i.test(error.message);

/** How WebGPU rejects what it can't do for reasons of its own: a device that is asked for, a read-back. Nothing else here does so. */
const isRejection = (error: unknown): error is Error =>
  error instanceof Error && error.name === 'OperationError';

/** The device's own account if it gives one soon, else what the error says of the device, else the error itself. */
export async function lossBehind(error: unknown, opened: OpenedBackend | null): Promise<unknown> {
  if (error instanceof UserError) return error;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), GRACE_MS));
  const loss = await Promise.race([opened?.lost ?? late, late]);
  if (loss) return loss;
  if (isAllocation(error)) return outOfMemory({ cause: error.message });
  return isRejection(error) ? deviceLost({ cause: error.message }) : error;
}
