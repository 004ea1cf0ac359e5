// Ranges of a file on disk.
import { open } from 'node:fs/promises';
import { causeOf } from '../../src/engine/ground/errors.ts';
import type { ByteSource } from '../../src/engine/ground/formats/byteSource.ts';
import { fileClosed, fileUnreadable } from '../../src/engine/ground/formats/formatErrors.ts';
import { text } from '../../src/engine/ground/text.ts';

/** Opened for each read: a folder or a cache holds many files, a process few handles. */
export const sourceAt = (path: string, name: string, size: number): ByteSource => ({
  name,
  size,
  read: async (offset, length) => {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      if (bytesRead === length) return bytes;
      const cause = text(`only ${bytesRead} bytes came`, `只读到 ${bytesRead} 字节`);
      throw fileUnreadable({ file: name, offset, length, cause });
    } finally {
      await file.close();
    }
  },
});

/** Throws UserError 'file-closed'. */
export async function fileSource(path: string): Promise<ByteSource> {
  try {
    const handle = await open(path, 'r');
    try {
      return sourceAt(path, path.split('/').at(-1) ?? path, (await handle.stat()).size);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileClosed({ path, cause: causeOf(error) });
  }
}
