// One request and what its answer means: a body to read, a reason to ask again, or an error for people. Who asks again, and what is
// done with the bytes, stands in download.ts and rangedSource.ts.

import type { UserError } from '../errors.ts';
import type { Address } from './address.ts';
import type { Again } from './again.ts';
import { again } from './again.ts';
import { Body, broken } from './body.ts';
import {
  fetchBusy,
  fetchForbidden,
  fetchLogin,
  fetchMissing,
  fetchSilent,
  fetchStatus,
} from './fetchErrors.ts';
import { readRetryAfter } from './headers.ts';
import type { Net } from './net.ts';
import { heard, leaveIf, SILENT_MS } from './watch.ts';

export interface Asked {
  readonly from: number;
  /** The first byte that is not wanted; null: all there are. */
  readonly to: number | null;
  /** The strong tag that a part has to belong to. */
  readonly ifRange: string | null;
  /** default: what the browser keeps may do; no-store: it is to keep nothing of it. */
  readonly cache: 'default' | 'reload' | 'no-store';
  readonly judge?: Judge | undefined;
}

/** What whoever asks says of an answer, whatever its status, before the general words; null: nothing. Sees the head alone. */
export type Judge = (answer: Response) => UserError | null;

/** 408, 425, 429 and what a server says of itself pass; 501 and 505 are what it can't do. */
const passes = (status: number): boolean =>
  status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505);

/** What every status means that brings no file. Throws UserError 'fetch-…' where asking again would not help. */
function refusal(name: string, { status, headers }: Response, now: number): Again {
  if (passes(status)) {
    const waitMs = readRetryAfter(headers.get('retry-after'), now);
    const waitSeconds = waitMs === null ? null : Math.ceil(waitMs / 1000);
    return again((tries) => fetchBusy({ name, status, tries, waitSeconds }), waitMs);
  }
  if (status === 401 || status === 407) throw fetchLogin({ name, status });
  if (status === 403 || status === 451) throw fetchForbidden({ name, status });
  if (status === 404 || status === 410) throw fetchMissing({ name, status });
  throw fetchStatus({ name, status });
}

/** Asks once. Throws UserError 'fetch-…' where asking again would not help, and Cancelled. */
export async function ask(
  net: Net,
  address: Address,
  { from, to, ifRange, cache, judge }: Asked,
  signal: AbortSignal | undefined,
): Promise<Again | Body> {
  leaveIf(signal);
  const name = address.shown;
  const connection = new AbortController();
  const leave = (): void => connection.abort();
  signal?.addEventListener('abort', leave);
  const drop = (): void => {
    signal?.removeEventListener('abort', leave);
    leave();
  };
  const headers: Record<string, string> = { ...address.headers };
  const partial = from > 0 || to !== null;
  if (partial) headers.range = `bytes=${from}-${to === null ? '' : to - 1}`;
  if (partial && ifRange !== null) headers['if-range'] = ifRange;
  let answer: { readonly came: Response } | null;
  try {
    // A part must come from the server: what a browser keeps could be of another day.
    const asked = { headers, cache: partial ? 'no-store' : cache, signal: connection.signal } as const;
    answer = await heard(net, net.request(address.url, asked));
  } catch (error) {
    drop();
    leaveIf(signal);
    return broken(name, error);
  }
  if (answer === null) {
    drop();
    throw fetchSilent({ name, seconds: SILENT_MS / 1000, doneBytes: from, totalBytes: null });
  }
  const { came } = answer;
  const judged = judge?.(came) ?? null;
  if (judged !== null) {
    drop();
    throw judged;
  }
  // 416: there is no such part, which says something of the file.
  if (came.status === 200 || came.status === 206 || (partial && came.status === 416))
    return new Body(came, { net, name, from, signal, drop });
  drop();
  return refusal(name, came, net.now());
}
