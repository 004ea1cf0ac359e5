// A file's text in parts, as UTF-8, whatever its size: one part is in memory at a time. A byte order mark is no part of it.
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { wellFormed } from '../../ground/wellFormed.ts';
import { notUtf8 } from '../dataErrors.ts';

const PART_BYTES = 2 ** 20;

/** Offset of the first byte that no valid UTF-8 text continues with; the length where there is none. */
export function firstBadByte(bytes: Uint8Array): number {
  const lengthOf = (byte: number): number =>
    byte < 0x80
      ? 1
      : byte >= 0xc2 && byte < 0xe0
        ? 2
        : byte >= 0xe0 && byte < 0xf0
          ? 3
          : byte >= 0xf0 && byte < 0xf5
            ? 4
            : 0;
  let at = 0;
  while (at < bytes.length) {
    const length = lengthOf(bytes[at] ?? 0);
    if (length === 0) return at;
    for (let i = 1; i < length; i++) if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return at;
    at += length;
  }
  return bytes.length;
}

/** The text from the start to the end. Throws UserError 'utf-8' naming the first byte that is none, or 'file'. */
export async function* textOf(source: ByteSource): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  // A character may begin at the end of the part before.
  let before = new Uint8Array();
  for (let at = 0; at < source.size; at += PART_BYTES) {
    const bytes = await source.read(at, Math.min(PART_BYTES, source.size - at));
    try {
      yield decoder.decode(bytes, { stream: at + bytes.length < source.size });
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      const both = new Uint8Array(before.length + bytes.length);
      both.set(before);
      both.set(bytes, before.length);
      const start = firstStart(both);
      const bad = start + firstBadByte(both.subarray(start));
      throw notUtf8({ name: source.name, byte: at - before.length + bad });
    }
    before = bytes.slice(-3);
  }
}

/** Where the first whole character of a cut-out begins. */
const firstStart = (bytes: Uint8Array): number => {
  let at = 0;
  while (at < 3 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++;
  return at;
};

/** A text that is here already, as a file. */
export function textSource(name: string, text: string): ByteSource {
  const bytes = new TextEncoder().encode(wellFormed(text));
  return {
    name,
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.slice(offset, offset + length)),
  };
}
