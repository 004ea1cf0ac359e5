// Waiting for a server that may say nothing for ever. Leaves out what is done about it.
import { Cancelled } from '../errors.ts';
import type { Net } from './net.ts';

/** A server that sends nothing for so long is given up. */
export const SILENT_MS = 30_000;

/** What came, or null after half a minute of silence. A machine that slept meanwhile has not listened: it waits anew. */
export async function heard<T>(net: Net, coming: Promise<T>): Promise<{ readonly came: T } | null> {
  // When nobody waits any longer, its failure is nobody's.
  coming.catch(() => {});
  for (;;) {
    const begun = net.now();
    const over = new AbortController();
    const first = await Promise.race([
      coming.then((came) => ({ came })),
      net.sleep(SILENT_MS, over.signal).then(() => null),
    ]).finally(() => over.abort());
    if (first !== null || net.now() - begun < 2 * SILENT_MS) return first;
  }
}

export function leaveIf(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Cancelled();
}

/** What was promised, or Cancelled as soon as the person gives up; whoever else waits for it goes on waiting. */
export async function unlessGivenUp<T>(promised: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promised;
  promised.catch(() => {});
  leaveIf(signal);
  let give = (): void => {};
  const given = new Promise<never>((_, reject) => {
    give = () => reject(new Cancelled());
    signal.addEventListener('abort', give);
  });
  return Promise.race([promised, given]).finally(() => signal.removeEventListener('abort', give));
}
