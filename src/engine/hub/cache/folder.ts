// What the cache needs of the place where it keeps files: a flat folder, and locks over its names. The browser's private files, a folder
// of Node's and memory give it (opfsFolder.ts, tools/cli, memoryFolder.ts). Knows nothing of models.
import type { ByteSource } from '../../ground/formats/byteSource.ts';

export interface CachedFile {
  readonly size: number;
  /** `name`: for messages. */
  source(name: string): ByteSource;
  /** Where it can be handed to another thread; null: it has a path. */
  readonly blob: Blob | null;
}

/** One writer of a file at a time: whoever holds its lock. */
export interface CacheWriter {
  readonly size: number;
  /** Behind what is there. Throws DOMException 'QuotaExceededError', or what has the code ENOSPC, where there is no room. */
  append(bytes: Uint8Array): void | Promise<void>;
  /** Nothing stays. */
  clear(): void | Promise<void>;
  close(): void | Promise<void>;
}

export interface CacheFolder {
  names(): Promise<readonly string[]>;
  /** null where there is no such file. */
  read(name: string): Promise<CachedFile | null>;
  /** Makes the file where there is none. */
  write(name: string): Promise<CacheWriter>;
  remove(name: string): Promise<void>;
  /** Bytes that may still be written; null where nobody knows. */
  room(): Promise<number | null>;
}

export interface CacheLocks {
  /** Runs alone under this name, among all tabs or processes; `waits` is told where another holds it. Throws Cancelled. */
  hold<T>(
    name: string,
    options: { readonly signal?: AbortSignal | undefined; readonly waits?: () => void },
    run: () => Promise<T>,
  ): Promise<T>;
}
