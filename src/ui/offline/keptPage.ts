// The page's own files as the browser keeps them for days without a network: by the digests that the build wrote, so that no file of another
// version, and none that was cut or changed on its way, is ever answered with. Models from elsewhere are not kept here. It knows no events.
import { cacheFamily } from './cacheFamily.ts';

/** What the build writes: files that are kept at once, and those that are kept when the page first asks for them. */
export interface PageFiles {
  /** Unique to this content. */
  readonly version: string;
  /** Path beside the page → SHA-256. */
  readonly now: Readonly<Record<string, string>>;
  readonly later: Readonly<Record<string, string>>;
}

export interface World {
  readonly caches: Pick<CacheStorage, 'open' | 'keys' | 'delete'>;
  /** Address of the page's folder, with a slash at its end. */
  readonly scope: string;
  readonly request: (address: string, asked: RequestInit) => Promise<Response>;
}

/** Files that are fetched side by side. */
const ABREAST = 4;
/** Of an answer that is kept without how it came. */
const ofTheWay = ['content-encoding', 'transfer-encoding', 'content-length', 'vary', 'age', 'date'];

async function sha256(bytes: ArrayBuffer): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The answer to keep, or null where its bytes are not the ones that belong there. */
async function checked(answer: Response, digest: string): Promise<Response | null> {
  if (answer.status !== 200) return null;
  const bytes = await answer.arrayBuffer();
  if ((await sha256(bytes)) !== digest) return null;
  const headers = new Headers(answer.headers);
  for (const name of ofTheWay) headers.delete(name);
  headers.set('content-length', String(bytes.byteLength));
  return new Response(bytes, { headers });
}

export function keptPage({ version, now, later }: PageFiles, { caches, scope, request }: World) {
  const family = cacheFamily(scope);
  const mine = family + version;
  const addressOf = (path: string): string => new URL(path, scope).href;
  const digestOf = (path: string): string | undefined => {
    const table = Object.hasOwn(now, path) ? now : later;
    return Object.hasOwn(table, path) ? table[path] : undefined;
  };
  /** Caches of this page, the newest first. */
  const versions = async (): Promise<string[]> =>
    (await caches.keys()).filter((name) => name.startsWith(family)).reverse();

  /** From any version that has it, else from the server: past the browser's own cache where that holds another file. */
  async function bring(path: string, digest: string): Promise<Response> {
    for (const name of await versions()) {
      const found = await (await caches.open(name)).match(addressOf(path));
      const same = found && (await checked(found, digest));
      if (same) return same;
    }
    for (const cache of ['default', 'reload'] as const) {
      const came = await checked(await request(addressOf(path), { cache }), digest);
      if (came) return came;
    }
    throw new TypeError(`${path}: not the file of this version`);
  }

  return {
    /** Keeps what is kept at once. Rejects where a file can't be had; what came is there when it is tried again. */
    install: async (): Promise<void> => {
      const cache = await caches.open(mine);
      const waiting = Object.entries(now);
      const one = async (): Promise<void> => {
        for (let next = waiting.shift(); next; next = waiting.shift()) {
          const [path, digest] = next;
          if (!(await cache.match(addressOf(path))))
            await cache.put(addressOf(path), await bring(path, digest));
        }
      };
      await Promise.all(Array.from({ length: ABREAST }, one));
      // What the page asked an earlier version for, where it is still the same.
      for (const before of (await versions()).filter((name) => name !== mine))
        for (const [path, digest] of Object.entries(later)) {
          const found = await (await caches.open(before)).match(addressOf(path));
          const same = found && (await checked(found, digest));
          if (same) await cache.put(addressOf(path), same);
        }
    },

    /** Gives up all versions but this one and the one before it, of which tabs may still stand. */
    tidy: async (): Promise<void> => {
      const [before, ...older] = (await versions()).filter((name) => name !== mine);
      const kept = new Set([mine, before]);
      for (const name of older) if (!kept.has(name)) await caches.delete(name);
    },

    /** The path of what this page answers for; null: the network's. Parts, and what is asked past all caches, come from the server. */
    pathOf: (request: Pick<Request, 'url' | 'method' | 'cache' | 'headers'>): string | null => {
      const address = new URL(request.url);
      const inside = address.origin + address.pathname;
      if (request.method !== 'GET' || request.headers.has('range') || !inside.startsWith(scope)) return null;
      if (request.cache === 'reload' || request.cache === 'no-store') return null;
      const path = inside.slice(scope.length) || 'index.html';
      // A script of the version before this one may ask for a part of its own.
      return digestOf(path) !== undefined || path.startsWith('assets/') ? path : null;
    },

    /** What is kept, else what the server answers; `meanwhile` is told of what is still being kept. */
    answer: async (
      path: string,
      asked: Request,
      meanwhile: (work: Promise<unknown>) => void,
    ): Promise<Response> => {
      const digest = digestOf(path);
      const known = digest === undefined ? await versions() : [mine];
      for (const name of known) {
        const found = await (await caches.open(name)).match(addressOf(path));
        if (found) return found;
      }
      const came = await request(asked.url, {
        cache: asked.cache,
        credentials: asked.credentials,
        signal: asked.signal,
      });
      if (digest !== undefined && came.status === 200) {
        const copy = came.clone();
        const keep = async (): Promise<void> => {
          const good = await checked(copy, digest);
          if (good) await (await caches.open(mine)).put(addressOf(path), good);
        };
        // Without room, or cut off, it is fetched again next time.
        meanwhile(keep().catch(() => {}));
      }
      return came;
    },
  };
}
