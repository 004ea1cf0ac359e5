// What the browser knows of files of this machine that became a model or rows, asked for when it is wanted (handles/kept.ts).
import type { OpenedAgain } from '../handles/kept.ts';

/** Files that may be read without asking anybody; null: none, or a person is to be asked first. Never rejects. */
export async function openAllowed(digest: string): Promise<OpenedAgain | null> {
  try {
    const { findHandles, openHandles } = await import('../handles/kept.ts');
    return (await findHandles(digest))?.allowed ? await openHandles(digest) : null;
  } catch {
    // A part of the page could not be fetched: they are opened by hand.
    return null;
  }
}

/** Has these files opened again by one press at the next visit, where the browser can. */
export const keepOpened = (digest: string, name: string, files: readonly File[]): void =>
  void import('../handles/kept.ts')
    .then(({ keepHandles }) => keepHandles(digest, name, files))
    .catch(() => {});
