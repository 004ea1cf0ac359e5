// The page's own files, by their path beside it: the build knows their sizes and digests, so nothing else is taken for them.
import { invariant } from '../errors.ts';
import { readAddress } from './address.ts';
import type { KnownFile } from './digests.ts';
import { fetchBytes } from './download.ts';
import type { Net } from './net.ts';
import type { ReadOptions } from './progress.ts';

/** Path → bytes and SHA-256, as vite.config.ts writes them. */
export type FileTable = Readonly<Record<string, readonly [sizeBytes: number, sha256: string]>>;

export type ReadOwnFile = (path: string, options?: ReadOptions) => Promise<Uint8Array<ArrayBuffer>>;

/** `folder`: an address in the page's folder: what stands after its last slash, a worker's own mark for one, does not count. Throws UserError 'fetch-…' and Cancelled where a file can't be had. */
export const ownFiles =
  (net: Net, folder: string, table: FileTable): ReadOwnFile =>
  (path, options = {}) => {
    const [sizeBytes, sha256] = (Object.hasOwn(table, path) ? table[path] : undefined) ?? [];
    invariant(sizeBytes !== undefined && sha256 !== undefined, `the build knows no file ${path}`);
    const known: KnownFile = { sizeBytes, sha256 };
    const address = readAddress(new URL(path, folder).href);
    // People know the file by its path; the server is the page's own.
    return fetchBytes(net, { ...address, shown: path }, { ...options, known, mostBytes: sizeBytes });
  };
