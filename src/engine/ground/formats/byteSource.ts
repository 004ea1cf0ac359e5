// Bytes read in ranges: a Blob the person picked, a URL whose server answers ranges. Node's files are the
// command line's own. Nothing here keeps more than it was asked for.
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

/** A file on a server that answers `Range`. Throws UserError 'file' where it does not. */
export async function urlSource(url: string, request: typeof fetch = fetch): Promise<ByteSource> {
  const ask = async (offset: number, length: number): Promise<Response> => {
    try {
      return await request(url, { headers: { range: `bytes=${offset}-${offset + length - 1}` } });
    } catch (error) {
      throw unreadable(url, offset, length, same(causeOf(error)));
    }
  };
  const first = await ask(0, 1);
  const total = /\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1];
  await first.body?.cancel();
  if (first.status !== 206 || total === undefined)
    throw unreadable(
      url,
      0,
      1,
      text(`the server answered ${first.status} to a range`, `服务器对范围请求的回答是 ${first.status}`),
    );
  return {
    name: url,
    size: Number(total),
    read: async (offset, length) => {
      const answer = await ask(offset, length);
      const bytes = answer.status === 206 ? new Uint8Array(await answer.arrayBuffer()) : new Uint8Array(0);
      if (bytes.byteLength !== length)
        throw unreadable(
          url,
          offset,
          length,
          text(
            `status ${answer.status}, ${bytes.byteLength} of ${length} bytes`,
            `状态 ${answer.status}，共需 ${length} 字节，得到 ${bytes.byteLength}`,
          ),
        );
      return bytes;
    },
  };
}
