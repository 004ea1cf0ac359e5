// Asking a hub: the one way to fetch, with what belongs to a hub: its address, a read token that goes to that server alone, and what its
// refusals mean. Leaves out what is asked (repository.ts) and where files go (cache/).
import type { UserError } from '../ground/errors.ts';
import { readAddress } from '../ground/fetching/address.ts';
import type { Judge } from '../ground/fetching/ask.ts';
import { fetchBytes } from '../ground/fetching/download.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { readJson } from '../ground/strictJson.ts';
import { text } from '../ground/text.ts';
import { gatedModel, noRepository, oddAnswer, pageInPlace, tokenRefused } from './hubErrors.ts';

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
}

/** A listing of thousands of files is far smaller. */
const MOST_ANSWER = 2 ** 25;

export const hostOf = (address: string): string => new URL(address).host;

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
export function hubJudge({ address, token }: HubSettings, { id, revision }: Asked, name: string): Judge {
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
    if (status === 401 && token !== null) return tokenRefused({ host });
    return null;
  };
}

/** `fetch` for the package that speaks the protocol. What it returns is JSON of the hub's own origin, or it throws UserError. */
export function hubFetch(
  net: Net,
  settings: HubSettings,
  asked: Asked,
  { signal, onProgress }: ReadOptions,
): typeof fetch {
  return async (input) => {
    const address = readAddress(String(input));
    const { shown: name } = address;
    if (new URL(address.url).origin !== new URL(settings.address).origin)
      throw oddAnswer({ name, found: text('a page of another server', '另一服务器的页面') });
    let headers = new Headers();
    const watched = hubNet(net, settings);
    const heard: Net = {
      ...watched,
      request: async (url, init) => {
        const answer = await watched.request(url, init);
        headers = answer.headers;
        return answer;
      },
    };
    const judge = hubJudge(settings, asked, name);
    const options = { mostBytes: MOST_ANSWER, signal, onProgress, judge, cached: false };
    const bytes = await fetchBytes(heard, address, options);
    const { problem } = readJson(new TextDecoder().decode(bytes), { anyKey: true });
    if (problem)
      throw oddAnswer({ name, found: text(`no JSON (${problem.en})`, `不是 JSON（${problem.zh}）`) });
    const link = headers.get('link');
    return new Response(bytes, {
      headers: { 'content-type': 'application/json', ...(link === null ? {} : { link }) },
    });
  };
}
