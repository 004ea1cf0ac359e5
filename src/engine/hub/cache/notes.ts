// Small JSON files of the cache beside its large ones: what is known of a file, which files a model is made of. One that was cut off while
// it was written counts as none.

import { shaped } from '../../ground/shapeDecode.ts';
import type { Check } from '../../ground/shapes.ts';
import { readJson } from '../../ground/strictJson.ts';
import type { CacheFolder, CacheLocks } from './folder.ts';

/** null: none that can be read. */
export async function readNote<T>(folder: CacheFolder, name: string, check: Check<T>): Promise<T | null> {
  const file = await folder.read(name);
  if (file === null) return null;
  try {
    const bytes = await file.source(name).read(0, file.size);
    return shaped(check, readJson(new TextDecoder().decode(bytes)).value).value;
  } catch {
    // Written by another at this very moment.
    return null;
  }
}

export async function writeNote(
  { folder, locks }: { readonly folder: CacheFolder; readonly locks: CacheLocks },
  name: string,
  value: object,
): Promise<void> {
  await locks.hold(`note-${name}`, {}, async () => {
    const writer = await folder.write(name);
    try {
      await writer.clear();
      await writer.append(new TextEncoder().encode(JSON.stringify(value)));
    } finally {
      await writer.close();
    }
  });
}
