// Ranges of a file on disk.
import { open } from 'node:fs/promises';
import { causeOf, UserError } from '../../src/engine/ground/errors.ts';
import type { ByteSource } from '../../src/engine/ground/formats/byteSource.ts';
import { fileClosed, fileUnreadable } from '../../src/engine/ground/formats/formatErrors.ts';
import { text } from '../../src/engine/ground/text.ts';

/** Opens `path` for the life of the process. Throws UserError 'file-closed'. */
export async function fileSource(path: string): Promise<ByteSource> {
  const name = path.split('/').at(-1) ?? path;
  try {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    return {
      name,
      size,
      read: async (offset, length) => {
        const bytes = new Uint8Array(length);
        const { bytesRead } = await handle.read(bytes, 0, length, offset);
        if (bytesRead === length) return bytes;
        throw fileUnreadable({
          file: name,
          offset,
          length,
          cause: text(`only ${bytesRead} bytes came`, `只读到 ${bytesRead} 字节`),
        });
      },
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileClosed({ path, cause: causeOf(error) });
  }
}
