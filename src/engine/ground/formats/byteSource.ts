// Bytes read in ranges: a Blob the person picked. Addresses stand in ../fetching, Node's files are the command line's own. Nothing here
// keeps more than it was asked for.
import type { UserError } from '../errors.ts';
import { causeOf } from '../errors.ts';
import type { Text } from '../text.ts';
import { same, text } from '../text.ts';
import { fileUnreadable } from './formatErrors.ts';

export interface ByteSource {
  /** For messages: a file name or an address. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset` on. Throws UserError 'file' when they can't be had. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

const unreadable = (file: string, offset: number, length: number, cause: Text): UserError =>
  fileUnreadable({ file, offset, length, cause });

export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    read: async (offset, length) => {
      let got: ArrayBuffer;
      try {
        got = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (error) {
        throw unreadable(name, offset, length, same(causeOf(error)));
      }
      if (got.byteLength !== length)
        throw unreadable(
          name,
          offset,
          length,
          text(`only ${got.byteLength} bytes came`, `只读到 ${got.byteLength} 字节`),
        );
      return new Uint8Array(got);
    },
  };
}
