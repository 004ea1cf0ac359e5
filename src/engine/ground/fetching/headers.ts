// What the headers of an answer say, read strictly: what is not as RFC 9110 writes it counts as not said.

export interface ContentRange {
  readonly from: number;
  /** The first byte that is not in the range. */
  readonly to: number;
  /** null: the server does not know. */
  readonly total: number | null;
}

/** `bytes 0-99/1000`. */
export function readContentRange(header: string | null): ContentRange | null {
  const [, first, last, all] =
    /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || all === undefined) return null;
  const range = { from: Number(first), to: Number(last) + 1, total: all === '*' ? null : Number(all) };
  const holds = range.from < range.to && (range.total === null || range.to <= range.total);
  return holds ? range : null;
}

/** Milliseconds to wait, of a number of seconds or a date. */
export function readRetryAfter(header: string | null, now: number): number | null {
  const said = header?.trim() ?? '';
  if (/^\d{1,9}$/.test(said)) return Number(said) * 1000;
  // A day, a month and a year: Date.parse alone takes many things for a date.
  if (!/\d{2}.*[A-Z][a-z]{2}.*\d{2}:\d{2}:\d{2}/.test(said)) return null;
  const at = Date.parse(said);
  return Number.isNaN(at) ? null : Math.max(0, at - now);
}

/** Bytes of the body as it will be read here; null where they are not said, or said of a compressed form. */
export function announcedBytes({ headers, type }: Pick<Response, 'headers' | 'type'>): number | null {
  const said = headers.get('content-length');
  // Across origins a browser shows the length and hides that it is of the compressed form.
  if (said === null || isEncoded(headers) || type === 'cors') return null;
  return /^\d{1,15}$/.test(said) ? Number(said) : null;
}

export const isEncoded = (headers: Headers): boolean =>
  (headers.get('content-encoding') ?? 'identity').trim().toLowerCase() !== 'identity';

/** An entity tag that stands for the very bytes, as If-Range wants it. */
export const strongTag = (tag: string | null): string | null =>
  tag !== null && /^"[^"]*"$/.test(tag) ? tag : null;
