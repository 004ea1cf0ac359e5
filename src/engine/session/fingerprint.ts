// The losses that identify a run in a link: steps 1, 2, 5, 10, 20, 50 … and the last.
import type { Fingerprint } from '../recipe/fingerprint.ts';

const isMilestone = (step: number): boolean => /^[125]0*$/.test(String(step));

/** `losses[i]` is the loss of step i + 1. */
export function fingerprintOf(losses: readonly number[], device: string): Fingerprint {
  const kept = losses.flatMap((loss, i) =>
    isMilestone(i + 1) || i + 1 === losses.length ? [[i + 1, loss] as const] : [],
  );
  return { losses: kept, device };
}
