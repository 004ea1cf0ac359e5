// Bytes read in ranges: a Blob the person picked, a URL whose server answers ranges. Node's files are the
// command line's own. Nothing here keeps more than it was asked for.
import { UserError } from '../errors.ts';

export interface ByteSource {
  /** For messages: a file name or an address. */
  readonly name: string;
  readonly size: number;
  /** Exactly `length` bytes from `offset` on. Throws UserError 'file' when they can't be had. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

function unreadable(name: string, offset: number, length: number, cause: string): UserError {
  return new UserError(
    'file',
    `${name}: bytes ${offset} to ${offset + length} can't be read (${cause}). Was the file moved, changed or cut? Open it again.`,
    { file: name, offset },
  );
}

export function blobSource(name: string, blob: Blob): ByteSource {
  return {
    name,
    size: blob.size,
    read: async (offset, length) => {
      let got: ArrayBuffer;
      try {
        got = await blob.slice(offset, offset + length).arrayBuffer();
      } catch (error) {
        throw unreadable(name, offset, length, error instanceof Error ? error.message : String(error));
      }
      if (got.byteLength !== length)
        throw unreadable(name, offset, length, `only ${got.byteLength} bytes came`);
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
      throw unreadable(url, offset, length, error instanceof Error ? error.message : String(error));
    }
  };
  const first = await ask(0, 1);
  const total = /\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1];
  await first.body?.cancel();
  if (first.status !== 206 || total === undefined)
    throw unreadable(url, 0, 1, `the server answered ${first.status} to a range`);
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
          `status ${answer.status}, ${bytes.byteLength} of ${length} bytes`,
        );
      return bytes;
    },
  };
}
