// Bytes as GPT-2 writes them in its vocabulary: each of the 256 as one printable character. Source: openai/gpt-2 encoder.py (which bytes stand for
// themselves), tokenizers 0.23 pre_tokenizers/byte_level.rs.
import type { Part } from './piece.ts';

const printable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);

const characters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => String.fromCharCode(printable(byte) ? byte : next++));
})();

export const byteOf: ReadonlyMap<string, number> = new Map(characters.map((one, byte) => [one, byte]));

const encoder = new TextEncoder();
const PRINTABLE = /^[!-~]*$/;

/** Each character's bytes; null: the text stands for itself. */
export function bytesAsCharacters(text: string): Part[] | null {
  if (PRINTABLE.test(text)) return null;
  const parts: Part[] = [];
  let start = 0;
  for (const character of text) {
    const end = start + character.length;
    const bytes = Array.from(encoder.encode(character), (byte) => characters[byte] ?? '');
    parts.push({ text: bytes.join(''), start, end });
    start = end;
  }
  return parts;
}
