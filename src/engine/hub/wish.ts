// What a person names when they want a model that is elsewhere: a repository of the hub (owner/name, @ revision, : file, or the address
// of its page), or a file by its https address. Reads text alone; asks nobody.
import type { Address } from '../ground/fetching/address.ts';
import { readAddress } from '../ground/fetching/address.ts';
import { quote } from '../ground/quote.ts';
import type { NamedRepository } from '../recipe/modelSource.ts';
import { readNamed } from '../recipe/modelSource.ts';
import { hubAddressUnread, wishUnread } from './hubErrors.ts';

/** `file`: of a repository with several models its file, or a part of the name; null: the only one. */
export interface RepositoryWish extends NamedRepository {
  readonly kind: 'repository';
}

export interface FileWish {
  readonly kind: 'file';
  readonly address: Address;
}

export type Wish = RepositoryWish | FileWish;

export const DEFAULT_HUB = 'https://huggingface.co';

const page =
  /^\/([A-Za-z0-9][\w.-]*\/[A-Za-z0-9][\w.-]*?)(?:\/(?:tree|blob|resolve)\/([^/]+)(?:\/(.+))?)?\/?$/;

/** Its files lie in a folder of their own (modelScope.ts). */
const modelScope = /^(www\.)?modelscope\.(cn|ai)$/;

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Address of a hub without a slash at its end: https, or http on this machine. Throws UserError 'hub-address'. */
export function readHubAddress(text: string): string {
  const given = text.trim();
  try {
    const { protocol, hostname, origin, pathname, search, hash, username } = new URL(given);
    const own = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
    const plain = search === '' && hash === '' && username === '';
    const path = pathname.replace(/\/+$/, '');
    if (plain && (protocol === 'https:' || (protocol === 'http:' && own)))
      return path === '' && modelScope.test(hostname) ? `${origin}/models` : `${origin}${path}`;
  } catch {
    // No address at all.
  }
  throw hubAddressUnread({ got: quote(given) });
}

/** Throws UserError 'hub-name'. `hub`: the address whose pages are repositories, beside Hugging Face's own. */
export function readWish(text: string, hub: string): Wish {
  const given = text.trim();
  const named = readNamed(given);
  if (named !== null) return { kind: 'repository', ...named };
  if (!/^https?:\/\//i.test(given)) throw wishUnread({ got: quote(given) });
  const address = readAddress(given);
  const base = [hub, DEFAULT_HUB].find((one) => address.shown.startsWith(`${one}/`));
  const [, of, at, path] = base === undefined ? [] : (page.exec(address.shown.slice(base.length)) ?? []);
  if (of !== undefined) {
    const revision = at === undefined ? '' : `@${decoded(at)}`;
    const file = path === undefined ? '' : `:${decoded(path)}`;
    const shown = readNamed(`${of}${revision}${file}`);
    if (shown !== null) return { kind: 'repository', ...shown };
  }
  if (!/\.(gguf|safetensors)$/i.test(address.file)) throw wishUnread({ got: quote(address.shown) });
  return { kind: 'file', address };
}
