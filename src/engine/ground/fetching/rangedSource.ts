// A file on a server read in parts, as long as it stays the same file: every answer is held to the first one's length and tag, and bytes
// that were read before are compared by their digest. Leaves out whole files (download.ts).
import type { ByteSource } from '../formats/byteSource.ts';
import type { Text } from '../text.ts';
import { text } from '../text.ts';
import { readAddress } from './address.ts';
import { again, Tries } from './again.ts';
import { ask } from './ask.ts';
import type { Body } from './body.ts';
import { fetchChanged, fetchCut, fetchRange } from './fetchErrors.ts';
import { strongTag } from './headers.ts';
import type { Net } from './net.ts';
import type { ReadOptions } from './progress.ts';
import { Sha256 } from './sha256.ts';

/** Parts are asked for in whole blocks, so that the same byte always comes in the same block. */
const BLOCK = 2 ** 16;

/** Of one request: what is cut without a tag begins anew. */
const PART = 2 ** 23;

/** What the first answer said of the file. */
interface Version {
  readonly size: number;
  readonly tag: string | null;
  readonly modified: string | null;
}

class RangedFile implements ByteSource {
  readonly name: string;
  readonly #net: Net;
  readonly #address: ReturnType<typeof readAddress>;
  readonly #options: ReadOptions;
  readonly #digests = new Map<number, string>();
  #version: Version | null = null;

  constructor(net: Net, address: string, options: ReadOptions) {
    this.#net = net;
    this.#address = readAddress(address);
    this.#options = options;
    this.name = this.#address.file;
  }

  get size(): number {
    return this.#version?.size ?? 0;
  }

  async open(): Promise<this> {
    await this.#fetch(0, BLOCK);
    return this;
  }

  async read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    const from = Math.floor(offset / BLOCK) * BLOCK;
    const to = Math.min(this.size, Math.ceil((offset + length) / BLOCK) * BLOCK);
    if (offset + length > this.size)
      throw fetchRange({
        name: this.#address.shown,
        found: text(
          `bytes ${offset} to ${offset + length} of a file of ${this.size}`,
          `第 ${offset} 到 ${offset + length} 字节，而文件只有 ${this.size} 字节`,
        ),
      });
    if (length === 0) return new Uint8Array(0);
    const bytes = new Uint8Array(to - from);
    for (let at = from; at < to; at += PART)
      bytes.set(await this.#fetch(at, Math.min(at + PART, to)), at - from);
    return bytes.slice(offset - from, offset - from + length);
  }

  /** Exactly these bytes, or those to the end of the file; goes on after a cut. */
  async #fetch(from: number, to: number): Promise<Uint8Array<ArrayBuffer>> {
    const { signal, onProgress } = this.#options;
    const tries = new Tries(this.#net);
    let bytes = new Uint8Array(0);
    let have = 0;
    for (;;) {
      const ifRange = strongTag(this.#version?.tag ?? null);
      const asked = { from: from + have, to, ifRange, cache: 'default' } as const;
      const reply = await ask(this.#net, this.#address, asked, signal);
      let trouble = reply.kind === 'again' ? reply : null;
      if (reply.kind === 'body') {
        const end = this.#judged(reply, from + have, to);
        if (bytes.length === 0) bytes = new Uint8Array(Math.min(to, this.size) - from);
        const give = (piece: Uint8Array): void => {
          bytes.set(piece, have);
          have += piece.byteLength;
          tries.reached(have);
        };
        trouble = await reply.take(give, end - from - have);
        if (have === bytes.length) {
          this.#compare(from, bytes);
          return bytes;
        }
        const cut = { name: this.#address.shown, doneBytes: from + have, totalBytes: this.size };
        trouble ??= again((count) => fetchCut({ ...cut, tries: count }));
      }
      // Without a tag nobody knows that the rest would belong to what came.
      if (strongTag(this.#version?.tag ?? null) === null) have = 0;
      if (trouble !== null)
        await tries.next(
          trouble,
          (waitMs) => onProgress?.({ file: this.name, done: from + have, total: this.size, waitMs }),
          signal,
        );
    }
  }

  /** Where the part ends that the answer brings. Throws UserError 'fetch-range' or 'fetch-changed' for another than was asked for. */
  #judged(body: Body, from: number, to: number): number {
    const { status, range, encoded, tag, modified } = body;
    const name = this.#address.shown;
    const before = this.#version;
    const changed = (found: Text) => {
      body.leave();
      return fetchChanged({ name, found });
    };
    const odd = (found: Text) => {
      body.leave();
      return fetchRange({ name, found });
    };
    // With If-Range a whole file says that its tag is another.
    if (before !== null && status === 200 && strongTag(before.tag) !== null && tag !== before.tag)
      throw changed(text('its ETag is another', 'ETag 已不同'));
    if (status !== 206) throw odd(text(`the server answered ${status}`, `服务器的回答是 ${status}`));
    if (encoded) throw odd(text('the answer is compressed', '回答经过了压缩'));
    if (range === null || range.total === null || range.from !== from || range.to > Math.min(to, range.total))
      throw odd(
        range === null || range.total === null
          ? text('the answer does not say which it is', '回答没有说明是哪一部分')
          : text(`bytes ${range.from} to ${range.to} came`, `得到的是第 ${range.from} 到 ${range.to} 字节`),
      );
    if (body.announced !== null && body.announced !== range.to - range.from)
      throw odd(
        text(
          `${range.to - range.from} bytes are named and ${body.announced} announced`,
          `范围是 ${range.to - range.from} 字节，声明的长度却是 ${body.announced}`,
        ),
      );
    if (before !== null && range.total !== before.size)
      throw changed(
        text(
          `${before.size} bytes before, now ${range.total}`,
          `原为 ${before.size} 字节，现为 ${range.total}`,
        ),
      );
    if (before !== null && (tag !== before.tag || (tag === null && modified !== before.modified)))
      throw changed(text('its ETag or date is another', 'ETag 或日期已不同'));
    this.#version ??= { size: range.total, tag, modified };
    return range.to;
  }

  /** Bytes that came before come again as they were. Throws UserError 'fetch-changed'. */
  #compare(from: number, bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += BLOCK) {
      const block = (from + at) / BLOCK;
      const digest = new Sha256().update(bytes.subarray(at, at + BLOCK)).hex();
      const before = this.#digests.get(block);
      if (before !== undefined && before !== digest)
        throw fetchChanged({
          name: this.#address.shown,
          found: text(
            `bytes ${from + at} to ${from + at + BLOCK} are others than before`,
            `第 ${from + at} 到 ${from + at + BLOCK} 字节与之前不同`,
          ),
        });
      this.#digests.set(block, digest);
    }
  }
}

/** A file on a server that answers ranges. Throws UserError 'fetch-…' where it does not, where the file changes, and Cancelled. */
export const rangedSource = (net: Net, address: string, options: ReadOptions = {}): Promise<ByteSource> =>
  new RangedFile(net, address, options).open();
