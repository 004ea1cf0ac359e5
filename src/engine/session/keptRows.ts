// Rows that were fetched from a hub or opened from a file, in the browser's private files by their digest: there at the next visit without a network.
// A browser that keeps none, or has no room, has them fetched or opened again. What they say is judged by whoever reads them: the digest is theirs.
import { isNamed, privateFolder } from './privateFolder.ts';

const nameOf = (digest: string): string => `rows-${digest}.jsonl`;
const named = /^rows-[0-9a-f]{16}\.jsonl$/;

/** Never rejects. */
export async function keepRows(digest: string, file: Blob): Promise<void> {
  try {
    const writable = await (
      await (await privateFolder()).getFileHandle(nameOf(digest), { create: true })
    ).createWritable();
    // What is cut off here is not there: a file is written beside, and takes its place when it is whole.
    await writable.write(file);
    await writable.close();
  } catch {
    // Fetched again when they are wanted.
  }
}

/** null where they are not kept. Never rejects. */
export async function keptRows(digest: string): Promise<File | null> {
  try {
    const file = await (await (await privateFolder()).getFileHandle(nameOf(digest))).getFile();
    return file.size > 0 ? file : null;
  } catch {
    return null;
  }
}

/** Of all that are kept; null: none. Never rejects. */
export async function sizeOfKeptRows(): Promise<{ readonly bytes: number; readonly at: number } | null> {
  let bytes = 0;
  let at = 0;
  try {
    for await (const entry of (await privateFolder()).values()) {
      if (entry.kind !== 'file' || !named.test(entry.name)) continue;
      const file = await entry.getFile();
      bytes += file.size;
      at = Math.max(at, file.lastModified);
    }
  } catch {
    // Offers no private files, or changed them meanwhile.
  }
  return bytes === 0 ? null : { bytes, at };
}

export async function forgetRows(): Promise<void> {
  const folder = await privateFolder();
  const names: string[] = [];
  for await (const name of folder.keys()) if (named.test(name)) names.push(name);
  for (const name of names) {
    try {
      await folder.removeEntry(name);
    } catch (error) {
      if (!isNamed(error, 'NotFoundError')) throw error;
    }
  }
}
