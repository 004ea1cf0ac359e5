// A whole file: asked for, gone on with where it was cut, begun anew where it changed, held to its size and digest where they are known.
// Leaves out where the bytes go (a Sink) and parts of files (rangedSource.ts).
import { text } from '../text.ts';
import type { Address } from './address.ts';
import type { Again } from './again.ts';
import { again, Tries } from './again.ts';
import type { Judge } from './ask.ts';
import { ask } from './ask.ts';
import type { Body } from './body.ts';
import type { KnownFile } from './digests.ts';
import { Digests } from './digests.ts';
import { fetchChanged, fetchCut, fetchDigest, fetchRange, fetchStatus, fetchTooLong } from './fetchErrors.ts';
import { strongTag } from './headers.ts';
import type { Net } from './net.ts';
import type { ReadOptions } from './progress.ts';

/** What is there of a file from an earlier day. */
export interface Begun {
  readonly bytes: number;
  /** The entity tag that it came under. */
  readonly tag: string | null;
  /** Of those bytes. */
  readonly digests: Digests;
}

/** Where the bytes of a file go, in order. */
export interface Sink {
  write(piece: Uint8Array): void | Promise<void>;
  /** What was written is no part of the file: it begins again. */
  restart(): void | Promise<void>;
  /** The first byte is on its way, under this entity tag. */
  begins?(tag: string | null): void | Promise<void>;
}

export interface DownloadOptions extends ReadOptions {
  readonly known?: KnownFile;
  /** More than this is not taken. */
  readonly mostBytes: number;
  readonly begun?: Begun | undefined;
  readonly judge?: Judge | undefined;
  /** Of a file that is kept elsewhere a browser's cache keeps nothing, and has nothing that would have to be asked past. */
  readonly cached?: boolean;
  /** False: nothing is asked that a browser would first have to ask the other server's leave for (If-Range). */
  readonly conditions?: boolean;
}

export interface Downloaded {
  readonly sizeBytes: number;
  readonly sha256: string;
  /** The server's entity tag. */
  readonly tag: string | null;
}

/** It came, and is not the file that is known. */
interface Stranger {
  readonly kind: 'stranger';
  readonly gotBytes: number;
}

class Download {
  readonly #net: Net;
  readonly #address: Address;
  readonly #sink: Sink;
  readonly #options: DownloadOptions;
  readonly #tries: Tries;
  readonly #known: KnownFile;
  #digests: Digests;
  #have = 0;
  #total: number | null = null;
  #tag: string | null = null;
  #encoded = false;
  #cache: 'default' | 'reload' | 'no-store';
  /** Whether some of it is of an earlier day. */
  #isOld = false;
  /** Where a whole answer that announced no length ended, short of what is known. */
  #ended: number | null = null;

  constructor(net: Net, address: Address, sink: Sink, options: DownloadOptions) {
    this.#net = net;
    this.#address = address;
    this.#sink = sink;
    this.#options = options;
    this.#known = options.known ?? {};
    this.#tries = new Tries(net);
    this.#cache = options.cached === false ? 'no-store' : 'default';
    const { begun } = options;
    this.#digests = begun?.digests ?? new Digests(this.#known);
    if (begun === undefined) return;
    this.#have = begun.bytes;
    this.#tag = begun.tag;
    this.#isOld = begun.bytes > 0;
    this.#total = this.#known.sizeBytes ?? null;
    this.#tries.reached(begun.bytes);
  }

  async run(): Promise<Downloaded> {
    const { signal } = this.#options;
    if (!this.#resumes()) await this.#restart();
    for (;;) {
      const end = await this.#once();
      if (end?.kind === 'again') {
        if (!this.#resumes()) await this.#restart();
        await this.#tries.next(end, (waitMs) => this.#tell(waitMs), signal);
        continue;
      }
      const { sha256, fits } = end === null ? this.#digests.judged() : { sha256: '', fits: false };
      const gotBytes = end?.gotBytes ?? this.#have;
      const { sizeBytes = gotBytes } = this.#known;
      if (fits && sizeBytes === gotBytes) return { sizeBytes, sha256, tag: this.#tag };
      // What a browser keeps may be of an older page, what a disk keeps may be spoiled: the server itself is asked once.
      if (this.#cache === 'reload' || (this.#cache === 'no-store' && !this.#isOld))
        throw fetchDigest({
          name: this.#address.shown,
          wantedBytes: this.#known.sizeBytes ?? null,
          gotBytes,
        });
      if (this.#cache === 'default') this.#cache = 'reload';
      await this.#restart();
    }
  }

  /** The rest of the file, unless all of it is there; null: it ended. */
  async #once(): Promise<Again | Stranger | null> {
    const { signal, judge, conditions = true } = this.#options;
    const from = this.#have;
    if (from > 0 && from === this.#known.sizeBytes) return null;
    const ifRange = from > 0 && conditions ? strongTag(this.#tag) : null;
    const asked = { from, to: null, ifRange, cache: this.#cache, judge };
    const reply = await ask(this.#net, this.#address, asked, signal);
    return reply.kind === 'again' ? reply : this.#receive(reply);
  }

  async #receive(body: Body): Promise<Again | Stranger | null> {
    const odd = this.#have > 0 && body.status !== 200 ? this.#oddPart(body) : null;
    if (odd !== null) {
      body.leave();
      await this.#restart();
      return odd;
    }
    if (body.status === 200) {
      if (this.#have > 0) await this.#restart();
      this.#total = body.announced ?? this.#known.sizeBytes ?? null;
      this.#tag = body.tag;
      this.#encoded = body.encoded;
      const { sizeBytes } = this.#known;
      if (sizeBytes !== undefined && this.#total !== sizeBytes) {
        body.leave();
        return { kind: 'stranger', gotBytes: this.#total ?? 0 };
      }
    } else if (this.#have === 0) {
      body.leave();
      throw fetchStatus({ name: this.#address.shown, status: body.status });
    }
    if (this.#have === 0) await this.#sink.begins?.(body.tag);
    let cut: Again | null;
    try {
      cut = await body.take((piece) => this.#write(piece), this.#most(body));
    } catch (error) {
      const stranger =
        fetchTooLong.is(error) && body.announced === null && this.#known.sizeBytes !== undefined;
      if (!stranger) throw error;
      return { kind: 'stranger', gotBytes: this.#have };
    }
    if (cut !== null || this.#total === null || this.#have >= this.#total) return cut;
    // What ends at the same byte each time was never cut: it is another file, such as a page to log in.
    const ended = body.status === 200 && body.announced === null ? this.#have : null;
    const again = ended !== null && ended === this.#ended;
    this.#ended = ended;
    return again ? { kind: 'stranger', gotBytes: this.#have } : this.#short();
  }

  /** A part that is not the one that is missing of the file that was begun; null: it is. */
  #oddPart({ status, range, encoded, tag }: Body): Again | null {
    const name = this.#address.shown;
    const have = this.#have;
    if (status === 416)
      return again(() =>
        fetchChanged({
          name,
          found: text(`it ends before byte ${have}`, `文件在第 ${have} 字节之前就结束了`),
        }),
      );
    const place = range === null ? 'no range that can be read' : `bytes ${range.from} to ${range.to}`;
    const ort = range === null ? '无法读懂的范围' : `第 ${range.from} 到 ${range.to} 字节`;
    if (range === null || encoded || range.from !== have)
      return again(() =>
        fetchRange({
          name,
          found: text(
            `from byte ${have} on, the answer is ${place}`,
            `请求第 ${have} 字节以后，回答是${ort}`,
          ),
        }),
      );
    // The digest decides where it is known and nothing else was asked for: one file may have a tag on each server that holds it.
    const tagDecides = this.#options.conditions !== false || !this.#isNamed();
    const other = tagDecides && tag !== null && this.#tag !== null && tag !== this.#tag;
    if (other || (range.total !== null && this.#total !== null && range.total !== this.#total))
      return again(() =>
        fetchChanged({
          name,
          found: other
            ? text('its ETag is another', 'ETag 已不同')
            : text(
                `${this.#total} bytes before, now ${range.total}`,
                `原为 ${this.#total} 字节，现为 ${range.total}`,
              ),
        }),
      );
    this.#total ??= range.total;
    return null;
  }

  #most({ range }: Body): number {
    if (range !== null) return range.to - this.#have;
    return this.#known.sizeBytes ?? this.#options.mostBytes;
  }

  /** The answer was complete, the file is not. */
  #short(): Again {
    const [doneBytes, totalBytes, name] = [this.#have, this.#total, this.#address.shown];
    return again((tries) => fetchCut({ name, doneBytes, totalBytes, tries }));
  }

  async #write(piece: Uint8Array): Promise<void> {
    this.#digests.update(piece);
    this.#have += piece.byteLength;
    this.#tries.reached(this.#have);
    await this.#sink.write(piece);
    this.#tell(0);
  }

  /** Compressed on its way, the file has other places; without tag or digest nobody knows that the rest belongs to it. */
  #resumes(): boolean {
    return !this.#encoded && (strongTag(this.#tag) !== null || this.#isNamed());
  }

  /** Whether its bytes can be told from all others once they are here. */
  #isNamed(): boolean {
    return (this.#known.sha256 ?? this.#known.gitName) !== undefined;
  }

  async #restart(): Promise<void> {
    if (this.#have > 0) await this.#sink.restart();
    this.#digests = new Digests(this.#known);
    this.#have = 0;
    this.#total = null;
    this.#tag = null;
    this.#isOld = false;
  }

  #tell(waitMs: number): void {
    const total = Math.max(this.#total ?? 0, this.#have);
    this.#options.onProgress?.({ file: this.#address.file, done: this.#have, total, waitMs });
  }
}

export const download = (
  net: Net,
  address: Address,
  sink: Sink,
  options: DownloadOptions,
): Promise<Downloaded> => new Download(net, address, sink, options).run();

/** A file into memory. Throws UserError 'fetch-…', and Cancelled. */
export async function fetchBytes(
  net: Net,
  address: Address,
  options: DownloadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  let pieces: Uint8Array[] = [];
  const { sizeBytes } = await download(
    net,
    address,
    {
      write: (piece) => void pieces.push(piece),
      restart: () => {
        pieces = [];
      },
    },
    options,
  );
  const all = new Uint8Array(sizeBytes);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.byteLength;
  }
  return all;
}
