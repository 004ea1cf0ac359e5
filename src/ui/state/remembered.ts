// What the page remembers on this machine between visits: language, theme, shortcuts, what runs, measured speed. Small facts
// only; a browser that forbids storage just forgets.

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

/** FLOP/s measured by an earlier run on this device, or null. */
export function recallSpeed(device: string): number | null {
  const value = Number(recall(`speed.${device}`));
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Keeps a measured speed for the next estimate. */
export function rememberSpeed(device: string, flops: number): void {
  remember(`speed.${device}`, flops.toPrecision(4));
}
