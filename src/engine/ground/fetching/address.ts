// An address as it is asked and as it may be shown: user, password, query and fragment can hold secrets, so they reach the server and
// nobody else. Messages, links, logs and names of files are made from `shown` and `file` alone.
import { addressUnread } from './fetchErrors.ts';

export interface Address {
  /** For the request. */
  readonly url: string;
  /** What user and password became. */
  readonly headers: Readonly<Record<string, string>>;
  readonly shown: string;
  /** Name of the file: the end of the path. */
  readonly file: string;
}

/** HTTP's Basic scheme, in UTF-8. */
function login(user: string, password: string): string {
  const bytes = new TextEncoder().encode(`${decoded(user)}:${decoded(password)}`);
  return `Basic ${btoa(String.fromCharCode(...bytes))}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function parse(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** Throws UserError 'fetch-address' for what is no address of a server. */
export function readAddress(text: string): Address {
  const parsed = parse(text);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) throw addressUnread({});
  const { username, password, origin, pathname } = parsed;
  parsed.username = '';
  parsed.password = '';
  parsed.hash = '';
  const file = decoded(pathname.split('/').at(-1) ?? '').replaceAll(/[\p{Cc}\p{Cf}/\\]/gu, '_');
  return {
    url: parsed.href,
    headers: username === '' && password === '' ? {} : { authorization: login(username, password) },
    shown: `${origin}${pathname}`,
    file: file === '' ? parsed.hostname : file,
  };
}
