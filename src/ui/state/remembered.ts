// What the page remembers on this machine between visits: language, theme, shortcuts, what runs, measured speed. Small facts
// only; a browser that forbids storage just forgets.
import type { Measured } from './pace.ts';

/** Reads a fact, or null. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(`lora-playground.${key}`);
  } catch {
    // Storage is forbidden (private mode, embedded page): nothing is remembered, and nothing depends on it.
    return null;
  }
}

/** Keeps a fact; null forgets it. */
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`lora-playground.${key}`);
    else localStorage.setItem(`lora-playground.${key}`, value);
  } catch {
    // See recall: the page works the same without it.
  }
}

/** What an earlier run on this device took, or null. */
export function recallMeasured(device: string): Measured | null {
  const numbers = (recall(`pace.${device}`) ?? '').split(' ').map(Number);
  const [msPerStep = 0, flopsPerStep = 0, aroundMs = 0] = numbers;
  if (numbers.length !== 3 || !numbers.every((one) => Number.isFinite(one) && one >= 0)) return null;
  return msPerStep > 0 && flopsPerStep > 0 ? { msPerStep, flopsPerStep, aroundMs } : null;
}

/** Keeps what a run took for the next estimate. */
export function rememberMeasured(device: string, { msPerStep, flopsPerStep, aroundMs }: Measured): void {
  remember(`pace.${device}`, [msPerStep, flopsPerStep, aroundMs].map((one) => one.toPrecision(4)).join(' '));
}

/** A name that no other has. */
export function newName(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
