// Hands text and files to the browser as downloads, and text to the clipboard. All of it stays on this machine.
import type { ExportFile } from '../../engine/index.ts';

/** Saves text under a name through the browser's own download. */
export function saveFile(name: string, type: string, text: string): void {
  saveBlob(name, new Blob([text], { type: `${type};charset=utf-8` }));
}

/** One file as it is, several as one zip. The zip's code is fetched when it is first wanted; where it does not come, each for itself. */
export async function saveFiles(folder: string, files: readonly ExportFile[]): Promise<void> {
  const zip = files.length === 1 ? null : await import('client-zip').catch(() => null);
  if (zip === null) {
    for (const { name, bytes } of files) saveBlob(name, new Blob([bytes]));
    return;
  }
  const parts = files.map(({ name, bytes }) => ({ name: `${folder}/${name}`, input: bytes }));
  saveBlob(`${folder}.zip`, await zip.downloadZip(parts).blob());
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
