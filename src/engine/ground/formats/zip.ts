// Reads zip archives: the directory at their end, then the entries that are wanted. Refuses what an honest archive never is: entries that overlap,
// stand twice or say one thing here and another there, content whose checksum differs or that unpacks out of proportion. Source: APPNOTE 6.3.
// Leaves out zip64, encryption and every method but stored and deflate, and says so.
import { Inflate } from 'fflate';
import type { UserError } from '../errors.ts';
import { quote } from '../quote.ts';
import type { Text } from '../text.ts';
import { text } from '../text.ts';

export interface ZipEntry {
  readonly path: string;
  /** Of its content, unpacked. */
  readonly size: number;
  read(): Uint8Array<ArrayBuffer>;
}

/** Makes the caller's error of what is wrong. */
export type Refusal = (found: Text) => UserError;

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
/** Bit 11 of an entry's flags. */
const SAYS_UTF8 = 0x800;
const [END_BYTES, ENTRY_BYTES, LOCAL_BYTES] = [22, 46, 30];
const MOST_ENTRIES = 10_000;
/** Numbers of a trained adapter hardly shrink; what unpacks so far is a bomb. */
const [MOST_RATIO, SMALL_BYTES] = [200, 2 ** 24];
/** Deflate makes at most about a thousand bytes of one. */
const CHUNK_BYTES = 4096;

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] ?? 0);
  return (crc ^ 0xffffffff) >>> 0;
}

interface Placed {
  readonly path: string;
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  readonly local: number;
}

class Archive {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #refuse: Refusal;

  constructor(bytes: Uint8Array<ArrayBuffer>, refuse: Refusal) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#refuse = refuse;
  }

  #no(en: string, zh: string): UserError {
    return this.#refuse(text(en, zh));
  }

  /** Where the directory's end stands: its comment reaches to the end of the file. */
  #endAt(): number {
    const size = this.#bytes.length;
    for (let at = size - END_BYTES; at >= Math.max(0, size - END_BYTES - 0xffff); at--)
      if (
        this.#view.getUint32(at, true) === END &&
        at + END_BYTES + this.#view.getUint16(at + 20, true) === size
      )
        return at;
    throw this.#no('it has no directory at its end', '末尾没有目录');
  }

  /** Old archivers write names in their machine's code page and don't say so; such a name is none that is looked for, and does no harm. */
  #name(at: number, length: number, flags: number): string {
    const bytes = this.#bytes.subarray(at, at + length);
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      if (flags & SAYS_UTF8) throw this.#no('a name in it is not UTF-8', '其中有文件名不是 UTF-8');
      return new TextDecoder('latin1').decode(bytes);
    }
  }

  directory(): readonly Placed[] {
    const end = this.#endAt();
    const view = this.#view;
    const count = view.getUint16(end + 10, true);
    const [bytes, from] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)];
    if (view.getUint32(end + 4, true) !== 0 || view.getUint16(end + 8, true) !== count)
      throw this.#no('it is one part of several', '它只是分卷之一');
    if (from === 0xffffffff || count === 0xffff) throw this.#no('it is in zip64', '它是 zip64 格式');
    if (from + bytes !== end || count > MOST_ENTRIES)
      throw this.#no('its directory does not stand where it says', '目录不在它所说的位置');
    const entries: Placed[] = [];
    let at = from;
    for (let i = 0; i < count; i++) {
      if (at + ENTRY_BYTES > end || view.getUint32(at, true) !== ENTRY)
        throw this.#no('its directory is cut', '目录不完整');
      const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
      const [nameLength = 0, extra = 0, comment = 0] = lengths;
      const path = this.#name(at + ENTRY_BYTES, nameLength, view.getUint16(at + 8, true));
      const method = view.getUint16(at + 10, true);
      if (view.getUint16(at + 8, true) & 1)
        throw this.#no(`${quote(path)} is encrypted`, `${quote(path)} 已加密`);
      if (method !== 0 && method !== 8)
        throw this.#no(
          `${quote(path)} is packed by method ${method}`,
          `${quote(path)} 的压缩方法为 ${method}`,
        );
      entries.push({
        path,
        method,
        crc: view.getUint32(at + 16, true),
        packed: view.getUint32(at + 20, true),
        size: view.getUint32(at + 24, true),
        local: view.getUint32(at + 42, true),
      });
      at += ENTRY_BYTES + nameLength + extra + comment;
    }
    if (at !== end) throw this.#no('its directory holds more than it says', '目录的内容比它所说的多');
    this.#assertApart(entries, from);
    return entries;
  }

  /** Every entry has a name and bytes of its own, before the directory. */
  #assertApart(entries: readonly Placed[], directoryAt: number): void {
    const names = new Set<string>();
    let free = 0;
    for (const entry of entries.toSorted((a, b) => a.local - b.local)) {
      if (names.has(entry.path))
        throw this.#no(`${quote(entry.path)} stands in it twice`, `${quote(entry.path)} 在其中出现两次`);
      names.add(entry.path);
      if (entry.local < free || entry.local + LOCAL_BYTES > directoryAt)
        throw this.#no(`${quote(entry.path)} lies over another entry`, `${quote(entry.path)} 与别的条目重叠`);
      free = this.#dataAt(entry) + entry.packed;
      if (free > directoryAt)
        throw this.#no(
          `${quote(entry.path)} is longer than the archive`,
          `${quote(entry.path)} 比压缩包还长`,
        );
    }
  }

  /** Where an entry's bytes begin; its own header says what the directory says. */
  #dataAt({ path, method, local }: Placed): number {
    const view = this.#view;
    const nameLength = view.getUint16(local + 26, true);
    if (
      view.getUint32(local, true) !== LOCAL ||
      view.getUint16(local + 8, true) !== method ||
      this.#name(local + LOCAL_BYTES, nameLength, view.getUint16(local + 6, true)) !== path
    )
      throw this.#no(
        `the header of ${quote(path)} differs from the directory`,
        `${quote(path)} 的文件头与目录不同`,
      );
    return local + LOCAL_BYTES + nameLength + view.getUint16(local + 28, true);
  }

  content(entry: Placed): Uint8Array<ArrayBuffer> {
    const { path, method, packed, size, crc } = entry;
    const from = this.#dataAt(entry);
    if (size > SMALL_BYTES && size > packed * MOST_RATIO)
      throw this.#no(
        `${quote(path)} is to become ${size} bytes of ${packed}, out of all proportion`,
        `${quote(path)} 要从 ${packed} 字节变成 ${size} 字节，不成比例`,
      );
    const wrong = (): UserError =>
      this.#no(`the content of ${quote(path)} is damaged`, `${quote(path)} 的内容已损坏`);
    const bytes = this.#bytes.slice(from, from + packed);
    const content = method === 0 ? bytes : inflated(bytes, size, wrong);
    if (content.length !== size || crc32(content) !== crc) throw wrong();
    return content;
  }
}

/** Unpacked bit by bit: what claims to be small and is not ends as soon as it is longer. */
function inflated(
  packed: Uint8Array<ArrayBuffer>,
  size: number,
  wrong: () => UserError,
): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(size);
  let at = 0;
  const stream = new Inflate((chunk) => {
    if (at + chunk.length > size) throw wrong();
    out.set(chunk, at);
    at += chunk.length;
  });
  try {
    for (let from = 0; from === 0 || from < packed.length; from += CHUNK_BYTES)
      stream.push(packed.subarray(from, from + CHUNK_BYTES), from + CHUNK_BYTES >= packed.length);
  } catch {
    throw wrong();
  }
  if (at !== size) throw wrong();
  return out;
}

/** The entries of an archive, none of which is unpacked yet. */
export function readZip(bytes: Uint8Array<ArrayBuffer>, refuse: Refusal): readonly ZipEntry[] {
  const archive = new Archive(bytes, refuse);
  return archive.directory().map((entry) => ({
    path: entry.path,
    size: entry.size,
    read: () => archive.content(entry),
  }));
}
