// Hands text and files to the browser as downloads, and text to the clipboard. All of it stays on this machine.
import type { ExportFile } from '../../engine/index.ts';
import type { TakenFile } from '../../engine/protocol.ts';

/** A file to save: its bytes, or where the browser keeps them. */
export type SavedFile = ExportFile | TakenFile;

/** Saves text under a name through the browser's own download. */
export function saveFile(name: string, type: string, text: string): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** One file as it is, several as one zip. The zip's code is fetched when it is first wanted; where it does not come, each for itself. */
export async function saveFiles(folder: string, files: readonly SavedFile[]): Promise<void> {
  const blobs = files.map((one) => ({
    name: one.name,
    file: 'file' in one ? one.file : new Blob([one.bytes]),
  }));
  const zip = files.length === 1 ? null : await import('client-zip').catch(() => null);
  if (zip === null) {
    for (const { name, file } of blobs) saveBlob(name, file);
    return;
  }
  const zipped = (): Response =>
    zip.downloadZip(blobs.map(({ name, file }) => ({ name: `${folder}/${name}`, input: file })));
  const sizeBytes = blobs.reduce((sum, { file }) => sum + file.size, 0);
  const large = sizeBytes > LARGE_BYTES ? await onDisk(zipped) : null;
  saveBlob(`${folder}.zip`, large ?? (await zipped().blob()));
}

/** A zip that is not built in memory, where the browser has a disk for it. */
const LARGE_BYTES = 2 ** 25;
/** Where the engine puts what it exports, and forgets it (session/exportPlace.ts). */
const EXPORTS = 'lora-playground-exports';

/** What comes, in the browser's private files; null where it has none, or no room. */
async function onDisk(coming: () => Response): Promise<Blob | null> {
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await root.getDirectoryHandle(EXPORTS, { create: true });
    const handle = await folder.getFileHandle(`${Date.now()}-${crypto.randomUUID()}`, { create: true });
    await coming().body?.pipeTo(await handle.createWritable());
    return await handle.getFile();
  } catch {
    return null;
  }
}

/** Saves bytes under a name. */
export function saveBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The download reads the blob after this task; a minute is far more than it needs.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Whether the clipboard took the text. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No permission, or an insecure origin: the caller shows the text for copying by hand.
    return false;
  }
}
