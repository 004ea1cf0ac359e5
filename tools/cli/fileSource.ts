// Ranges of a file on disk.
import { open } from 'node:fs/promises';
import { UserError } from '../../src/engine/ground/errors.ts';
import type { ByteSource } from '../../src/engine/ground/formats/byteSource.ts';

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Opens `path` for the life of the process. Throws UserError 'file'. */
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
        throw new UserError(
          'file',
          `${name}: bytes ${offset} to ${offset + length} can't be read, ${bytesRead} came. Was the file cut or changed?`,
          { file: name, offset },
        );
      },
    };
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError('file', `${path}: can't be read (${reason(error)}).`);
  }
}
