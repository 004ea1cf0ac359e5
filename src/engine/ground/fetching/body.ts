// The body of an answer, read while somebody watches: cut, silent and endless ones end with what they are.

import type { Again } from './again.ts';
import { again } from './again.ts';
import { fetchCut, fetchOffline, fetchSilent, fetchTooLong } from './fetchErrors.ts';
import type { ContentRange } from './headers.ts';
import { announcedBytes, isEncoded, readContentRange } from './headers.ts';
import type { Net } from './net.ts';
import { heard, leaveIf, SILENT_MS, unlessGivenUp } from './watch.ts';

/** A word of the system (ECONNREFUSED), never its sentence: that quotes the address with all that is secret in it. */
function wordOf(error: unknown): string {
  let one = error;
  for (let depth = 0; typeof one === 'object' && one !== null && depth < 4; depth++) {
    if ('code' in one && typeof one.code === 'string' && /^[A-Z][A-Z0-9_]{2,40}$/.test(one.code))
      return one.code;
    one = 'cause' in one ? one.cause : null;
  }
  return '';
}

/** No connection, or one that broke before it said anything. */
export const broken = (name: string, error: unknown): Again =>
  again((tries) => fetchOffline({ name, tries, cause: wordOf(error) }));

export interface BodyOptions {
  readonly net: Net;
  readonly name: string;
  /** Where in the file the request began. */
  readonly from: number;
  readonly signal: AbortSignal | undefined;
  /** Ends the connection. */
  readonly drop: () => void;
}

export class Body {
  readonly kind = 'body';
  readonly status: number;
  /** null: none that could be read. */
  readonly range: ContentRange | null;
  readonly encoded: boolean;
  /** Bytes that this answer says it brings; null: it does not say. */
  readonly announced: number | null;
  readonly tag: string | null;
  readonly modified: string | null;
  readonly #response: Response;
  readonly #options: BodyOptions;

  constructor(response: Response, options: BodyOptions) {
    const { headers, status } = response;
    this.status = status;
    this.range = status === 206 ? readContentRange(headers.get('content-range')) : null;
    this.encoded = isEncoded(headers);
    this.announced = announcedBytes(response);
    this.tag = headers.get('etag');
    this.modified = headers.get('last-modified');
    this.#response = response;
    this.#options = options;
  }

  /** Lets the rest be. */
  leave(): void {
    this.#options.drop();
  }

  /**
   * Gives what comes until it ends (null) or is cut; at most `mostBytes`. Throws UserError 'fetch-silent' or 'fetch-length', and
   * Cancelled.
   */
  async take(give: (piece: Uint8Array) => unknown, mostBytes: number): Promise<Again | null> {
    const { net, name, signal, drop } = this.#options;
    const start = this.status === 206 ? this.#options.from : 0;
    const most = Math.min(mostBytes, this.announced ?? Number.POSITIVE_INFINITY);
    const totalBytes = this.range?.total ?? (this.announced === null ? null : start + this.announced);
    const reader = this.#response.body?.getReader();
    let got = 0;
    const cut = (): Again => again((tries) => fetchCut({ name, doneBytes: start + got, totalBytes, tries }));
    try {
      while (reader !== undefined) {
        let next: Awaited<ReturnType<typeof heard<ReadableStreamReadResult<Uint8Array>>>>;
        try {
          // Node's own stream, given up after its last byte, may not say so.
          next = await heard(net, unlessGivenUp(reader.read(), signal));
        } catch {
          leaveIf(signal);
          return cut();
        }
        if (next === null)
          throw fetchSilent({ name, seconds: SILENT_MS / 1000, doneBytes: start + got, totalBytes });
        if (next.came.done) break;
        got += next.came.value.byteLength;
        if (got > most) throw fetchTooLong({ name, mostBytes: start + most });
        await give(next.came.value);
      }
    } finally {
      drop();
    }
    return null;
  }
}
