// Files of this machine that were picked or dropped, as handles by which the browser opens them again: known as long as the page lives, and
// kept over a reload by what was made of them (kept.ts). Where a browser gives no handles nothing is known, and nothing depends on it.
import type { FileHandle, FolderHandle } from './fileSystem.ts';

/** How what was opened is opened again: each file by itself, or the folder that they lie in. */
export type Handles = readonly FileHandle[] | FolderHandle;

/** Of the newest so many: what was opened is read at once. */
const MOST_KNOWN = 64;
/** A file that a drop hands out twice is two objects: name, size and time tell that they are one. */
const known = new Map<string, FileHandle | FolderHandle>();

const nameOf = ({ name, size, lastModified }: File): string => `${lastModified} ${size} ${name}`;

function note(file: File, handle: FileHandle | FolderHandle): File {
  known.delete(nameOf(file));
  known.set(nameOf(file), handle);
  for (const oldest of [...known.keys()].slice(0, -MOST_KNOWN)) known.delete(oldest);
  return file;
}

/** Whether a picker gives handles here; a frame of another page has none. */
export const picksHandles = (): boolean =>
  window.showOpenFilePicker !== undefined && window.self === window.top;

const isFolder = (handle: FileSystemHandle): handle is FolderHandle => handle.kind === 'directory';
const isFile = (handle: FileSystemHandle): handle is FileHandle => handle.kind === 'file';

/** Files of a folder itself, and of one named `onnx` in it, where exports lie. */
export async function filesOf(folder: FileSystemDirectoryHandle): Promise<File[]> {
  const files: File[] = [];
  for await (const entry of folder.values()) {
    if (isFile(entry)) files.push(await entry.getFile());
    else if (isFolder(entry) && entry.name === 'onnx') files.push(...(await filesOf(entry)));
  }
  return files;
}

/** Endings that the picker takes for such. */
const ending = /^\.[A-Za-z0-9.+]+$/;

/** Files that a person picks; none where they think better of it. Rejects where the browser refuses. */
export async function pickFiles(accept: readonly string[], multiple: boolean): Promise<readonly File[]> {
  const types = [{ accept: { 'application/octet-stream': accept } }];
  try {
    const all = accept.every((one) => ending.test(one)) ? { types } : {};
    const handles = (await window.showOpenFilePicker?.({ multiple, ...all })) ?? [];
    return await Promise.all(handles.map(async (handle) => note(await handle.getFile(), handle)));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [];
    throw error;
  }
}

/** The files of a folder that a person picks, with its name. */
export async function pickFolder(): Promise<readonly [files: readonly File[], folder: string | null]> {
  try {
    const folder = await window.showDirectoryPicker?.({ mode: 'read' });
    if (!folder) return [[], null];
    const files = await filesOf(folder);
    for (const file of files) note(file, folder);
    return [files, folder.name];
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return [[], null];
    throw error;
  }
}

/** Notes what is dropped anywhere, before it is taken: its list is empty once the event is over. */
export function listenToHandles(): void {
  document.addEventListener(
    'drop',
    (event) => {
      for (const item of event.dataTransfer?.items ?? []) {
        if (item.kind !== 'file') continue;
        void item
          .getAsFileSystemHandle?.()
          .then(async (handle) => {
            if (handle === null) return;
            if (isFile(handle)) note(await handle.getFile(), handle);
            else for (const file of await filesOf(handle)) note(file, handle);
          })
          // Gone, or not to be read: what reads it says so.
          .catch(() => {});
      }
    },
    true,
  );
}

/** How these very files are opened again; null: no browser said. */
export function handlesOf(files: readonly File[]): Handles | null {
  const handles = files.map((file) => known.get(nameOf(file)));
  const [first] = handles;
  if (first !== undefined && isFolder(first)) return handles.every((one) => one === first) ? first : null;
  const each = handles.flatMap((handle) => (handle !== undefined && isFile(handle) ? [handle] : []));
  return each.length > 0 && each.length === files.length ? each : null;
}
