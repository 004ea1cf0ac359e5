// Asking a hub: the one way to fetch, with what belongs to a hub: its address, a read token that goes to that server alone, and what its
// refusals mean. Leaves out what is asked (repository.ts) and where files go (cache/).
import { Cancelled, UserError } from '../ground/errors.ts';
import { readAddress } from '../ground/fetching/address.ts';
import type { Judge } from '../ground/fetching/ask.ts';
import { fetchBytes } from '../ground/fetching/download.ts';
import { fetchOffline } from '../ground/fetching/fetchErrors.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { readJson } from '../ground/strictJson.ts';
import { text } from '../ground/text.ts';
import { gatedModel, noRepository, oddAnswer, pageInPlace, tokenRefused, unreached } from './hubErrors.ts';

export interface HubSettings {
  /** Without a slash at its end. */
  readonly address: string;
  /** Who asks; lives no longer than the session, and is written nowhere. */
  readonly token: string | null;
}

/** Of a repository, for what refusals say. */
export interface Asked {
  readonly id: string;
  readonly revision: string | null;
  /** Whether the hub said that its owner wants something accepted. */
  readonly gated?: boolean;
}

/** A listing of thousands of files is far smaller. */
const MOST_ANSWER = 2 ** 23;
/** A page holds a thousand files; one that holds none could name a next one for ever. */
const MOST_PAGES = 100;

const hostOf = (address: string): string => new URL(address).host;

/** Requests that tell other servers nothing of the page, and the hub alone who asks: a redirect to another host loses it. */
export function hubNet(net: Net, { address, token }: HubSettings): Net {
  const { origin } = new URL(address);
  return {
    ...net,
    request: (url, asked) => {
      const headers = new Headers(asked.headers);
      if (token !== null && new URL(url).origin === origin) headers.set('authorization', `Bearer ${token}`);
      return net.request(url, { ...asked, headers, referrerPolicy: 'no-referrer', credentials: 'omit' });
    },
  };
}

const isPage = (answer: Response): boolean =>
  answer.ok && /^text\/html\b/i.test(answer.headers.get('content-type') ?? '');

/** What a hub's answers mean beyond their status. */
export function hubJudge(
  { address, token }: HubSettings,
  { id, revision, gated = false }: Asked,
  name: string,
): Judge {
  const host = hostOf(address);
  return (answer): UserError | null => {
    const said = answer.headers.get('x-error-code');
    const { status } = answer;
    if (isPage(answer)) return pageInPlace({ name });
    if (said === 'GatedRepo')
      return gatedModel({ id, host, page: `${address}/${id}`, hasToken: token !== null });
    if (said === 'RevisionNotFound') return noRepository({ id, host, revision });
    // A hub does not tell strangers whether a private repository is there.
    if (said === 'RepoNotFound') return noRepository({ id, host, revision: null });
    // What a hub means by a refusal may be hidden from pages of other sites: what it said before decides.
    const refuses = said === null && (status === 401 || status === 403);
    if (refuses && gated) return gatedModel({ id, host, page: `${address}/${id}`, hasToken: token !== null });
    if (status === 401 && token !== null) return tokenRefused({ host });
    if (refuses && status === 401 && new URL(answer.url).host === host)
      return noRepository({ id, host, revision: null });
    return null;
  };
}

/** JSON of the hub's own origin. Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function askHub(
  net: Net,
  settings: HubSettings,
  asked: Asked,
  url: string,
  { signal, onProgress }: ReadOptions,
): Promise<{
  readonly value: unknown;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where the next page is. */
  readonly link: string | null;
}> {
  const address = readAddress(url);
  const { shown: name } = address;
  const { origin, host } = new URL(settings.address);
  if (new URL(address.url).origin !== origin)
    throw oddAnswer({ name, found: text('a page of another server', '另一服务器的页面') });
  let link: string | null = null;
  const watched = hubNet(net, settings);
  const heard: Net = {
    ...watched,
    request: async (to, init) => {
      const answer = await watched.request(to, init);
      link = answer.headers.get('link');
      return answer;
    },
  };
  const judge = hubJudge(settings, asked, name);
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    const options = { mostBytes: MOST_ANSWER, signal, onProgress, judge, cached: false };
    bytes = await fetchBytes(heard, address, options);
  } catch (error) {
    throw fetchOffline.is(error) ? unreached({ host }) : error;
  }
  const { value, problem } = readJson(new TextDecoder().decode(bytes), { anyKey: true });
  if (problem)
    throw oddAnswer({ name, found: text(`no JSON (${problem.en})`, `不是 JSON（${problem.zh}）`) });
  return { value, bytes, link };
}

/** What the package makes of answers: one of another shape, it falls over. Throws UserError 'hub-answer' then, and what `run` throws for people. */
export async function spoken<T>({ address }: HubSettings, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    throw oddAnswer({ name: address, found: text('another shape', '不同的格式') });
  }
}

/** `fetch` for the package that speaks the protocol. */
export function hubFetch(net: Net, settings: HubSettings, asked: Asked, options: ReadOptions): typeof fetch {
  let pages = 0;
  return async (input) => {
    pages += 1;
    if (pages > MOST_PAGES)
      throw oddAnswer({ name: settings.address, found: text('pages without end', '无穷无尽的分页') });
    const { bytes, link } = await askHub(net, settings, asked, String(input), options);
    return new Response(bytes, {
      headers: { 'content-type': 'application/json', ...(link === null ? {} : { link }) },
    });
  };
}
