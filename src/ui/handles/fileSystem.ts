// What browsers of Chromium's family add to the file system interface, and TypeScript's library does not know yet.
// Source: WICG File System Access, draft of 2025; the rest has none of it.

interface Asking {
  readonly mode: 'read';
}
interface Permitted {
  queryPermission?(asking: Asking): Promise<PermissionState>;
  requestPermission?(asking: Asking): Promise<PermissionState>;
}
export type FileHandle = FileSystemFileHandle & Permitted;
export type FolderHandle = FileSystemDirectoryHandle & Permitted;

interface PickOptions {
  readonly multiple: boolean;
  readonly types?: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
}

declare global {
  interface Window {
    showOpenFilePicker?(options: PickOptions): Promise<FileHandle[]>;
    showDirectoryPicker?(asking: Asking): Promise<FolderHandle>;
  }
  interface DataTransferItem {
    getAsFileSystemHandle?(): Promise<FileHandle | FolderHandle | null>;
  }
}
