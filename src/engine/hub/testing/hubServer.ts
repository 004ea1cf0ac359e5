// Test-only: a hub of models on this machine, as huggingface.co answers: what a repository is, its files in pages, files by a redirect to
// a second server (its CDN), with ranges, entity tags and the headers that other origins may see; a wall for gated models. Anything it
// would answer can be replaced, once or for good, by an answer of the hostile server's kind. Remembers what it was asked. For tests in Node,
// in a browser and of the command line.
import { createHash } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Answer } from '../../ground/fetching/testing/hostileServer.ts';
import { serving } from '../../ground/fetching/testing/hostileServer.ts';
import type { PushedRepository } from './pushDoor.ts';
import { pushDoor } from './pushDoor.ts';

export interface ServedRepository {
  /** owner/name; of a data set datasets/owner/name. */
  readonly id: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly type?: 'model' | 'dataset';
  /** What the listing says instead of how long a file is. */
  readonly listedBytes?: Readonly<Record<string, number>>;
  /** Of main. */
  readonly commit?: string;
  readonly licence?: string;
  readonly gated?: 'auto' | 'manual' | false;
  /** Only its owner's token sees it. */
  readonly private?: boolean;
  readonly downloads?: number;
  readonly config?: object;
  readonly parameters?: number;
}

/** Who accepted every licence. */
export const READ_TOKEN = 'hf_readtokenofatest';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';

export interface HubRequest {
  /** Which of the two was asked. */
  readonly server: 'hub' | 'cdn';
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
}

export interface HubServer {
  /** Without a slash at its end. */
  readonly address: string;
  readonly cdnAddress: string;
  serve(...repositories: readonly ServedRepository[]): void;
  /** These answers first, one a request, to what ends so; then what it would say. */
  answers(server: HubRequest['server'], end: string, ...answers: readonly Answer[]): void;
  /** Every request so far but those that ask for leave. */
  readonly asked: readonly HubRequest[];
  /** Bytes of bodies of files that left the CDN. */
  readonly sentBytes: number;
  /** What was handed to it, by owner/name. */
  readonly pushed: ReadonlyMap<string, PushedRepository>;
  forget(): void;
  close(): void;
}

/** Files that a hub keeps apart from git. */
const isLarge = (path: string): boolean => /\.(safetensors|gguf|bin|parquet)$/.test(path);
const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const gitName = (bytes: Uint8Array): string =>
  createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');

const seen =
  'X-Repo-Commit,X-Error-Code,X-Error-Message,ETag,Link,Accept-Ranges,Content-Range,X-Linked-Size,X-Linked-ETag';

function json(
  response: ServerResponse,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = JSON.stringify(value);
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(body);
}

const refused = (response: ServerResponse, status: number, code: string): void =>
  void response.writeHead(status, { 'x-error-code': code }).end(`{"error":"${code}"}`);

interface Listening {
  readonly server: Server;
  readonly address: string;
}

async function listening(
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<Listening> {
  const server = createServer((request, response) => {
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-expose-headers', seen);
    // A plain CDN lets other origins ask for ranges, and for little else.
    if (request.method === 'OPTIONS')
      response
        .writeHead(204, {
          'access-control-allow-headers': 'authorization, range, accept, content-type, x-request-id',
          'access-control-allow-methods': 'GET, POST, PUT',
        })
        .end();
    else void answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, 'localhost', done));
  return { server, address: `http://localhost:${(server.address() as AddressInfo).port}` };
}

export async function hubServer(): Promise<HubServer> {
  const repositories = new Map<string, ServedRepository>();
  const scripts: { server: HubRequest['server']; end: string; answers: Answer[] }[] = [];
  let asked: HubRequest[] = [];
  let sentBytes = 0;
  const sockets = new Set<Socket>();
  const pushes = pushDoor(() => cdn.address, isLarge);

  /** Remembers the request, and answers it by a script where there is one for it. */
  function scripted(
    server: HubRequest['server'],
    request: IncomingMessage,
    response: ServerResponse,
  ): boolean {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    asked.push({ server, method: request.method ?? '', path, headers: request.headers });
    const script = scripts.find(
      (one) => one.server === server && path.endsWith(one.end) && one.answers.length > 0,
    );
    const answer = script?.answers.shift();
    answer?.(request, response);
    return answer !== undefined;
  }

  const cdn = await listening(async (request, response) => {
    for (const name of ['write', 'end'] as const) {
      const original = response[name].bind(response);
      Reflect.set(response, name, (chunk: unknown, ...rest: []) => {
        if (chunk instanceof Uint8Array) sentBytes += chunk.byteLength;
        return original(chunk, ...rest);
      });
    }
    if (scripted('cdn', request, response) || (await pushes.storage(request, response))) return;
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
    for (const [id, { files }] of repositories) {
      const bytes = path.startsWith(`/${id}/`) ? files.get(path.slice(id.length + 2)) : undefined;
      if (bytes) return serving({ bytes, tag: `"${sha256(bytes).slice(0, 32)}"` })(request, response);
    }
    response.writeHead(404).end();
  });

  function search(response: ServerResponse, words: string): void {
    const found = [...repositories.values()].filter(
      ({ id, type, private: hidden }) =>
        !hidden && type !== 'dataset' && id.toLowerCase().includes(words.toLowerCase()),
    );
    json(response, found.map(infoOf));
  }

  const infoOf = (one: ServedRepository): object => ({
    _id: sha256(Buffer.from(one.id)).slice(0, 24),
    id: one.id,
    sha: one.commit ?? COMMIT,
    private: one.private ?? false,
    gated: one.gated ?? false,
    downloads: one.downloads ?? 1,
    likes: 0,
    pipeline_tag: 'text-generation',
    lastModified: '2026-01-02T03:04:05.000Z',
    tags: one.licence === undefined ? [] : [`license:${one.licence}`],
    cardData: one.licence === undefined ? {} : { license: one.licence },
    ...(one.config === undefined ? {} : { config: one.config }),
    ...(one.parameters === undefined ? {} : { safetensors: { total: one.parameters } }),
  });

  /** In pages of two, as a large repository comes. */
  function tree(
    response: ServerResponse,
    { id, files, type = 'model', listedBytes, commit = COMMIT }: ServedRepository,
    from: number,
  ): void {
    const entries = [...files].map(([path, bytes]) => ({
      type: 'file',
      path,
      size: listedBytes?.[path] ?? bytes.length,
      oid: isLarge(path) ? sha256(Buffer.from(path)).slice(0, 40) : gitName(bytes),
      ...(isLarge(path)
        ? { lfs: { oid: sha256(bytes), size: listedBytes?.[path] ?? bytes.length, pointerSize: 133 } }
        : {}),
    }));
    const next = `<${hub.address}/api/${type}s/${id}/tree/${commit}?recursive=true&cursor=${from + 2}>; rel="next"`;
    json(response, entries.slice(from, from + 2), from + 2 < entries.length ? { link: next } : {});
  }

  /** As ModelScope lists: what is not there is an answer of 200 without files. */
  function scope(response: ServerResponse, id: string, url: URL): void {
    const { commit = COMMIT, files } = repositories.get(id) ?? {};
    if (files === undefined) {
      json(response, { Code: 10_010_205_001, Message: 'no such model' });
      return;
    }
    const known = ['master', commit].includes(url.searchParams.get('Revision') ?? '');
    const entries = [...files].map(([path, bytes], i) => ({
      Type: 'blob',
      Path: path,
      Size: bytes.length,
      Sha256: sha256(bytes),
      Revision: i === 0 ? commit : '9'.repeat(40),
    }));
    const Data = { Files: known ? [{ Type: 'tree', Path: 'onnx' }, ...entries] : null };
    json(response, { Code: 200, Data: { ...Data, LatestCommitter: { ShortId: commit.slice(0, 8) } } });
  }

  const hub = await listening(async (request, response) => {
    if (scripted('hub', request, response) || (await pushes.hub(request, response))) return;
    const url = new URL(request.url ?? '', hub.address);
    const path = decodeURIComponent(url.pathname);
    const isOwner = request.headers.authorization === `Bearer ${READ_TOKEN}`;
    if (request.headers.authorization !== undefined && !isOwner)
      return refused(response, 401, 'InvalidToken');
    if (path.startsWith('/api/v1/models/'))
      return scope(response, path.slice(15, -'/repo/files'.length), url);
    if (path === '/api/models') return search(response, url.searchParams.get('search') ?? '');
    const [, id = '', what = '', revision = '', rest = ''] =
      /^(?:\/api)?(?:\/models)?\/((?:datasets\/)?[^/]+\/[^/]+)\/(revision|tree|resolve)\/([^/]+)\/?(.*)$/.exec(
        path,
      ) ?? [];
    const one = repositories.get(id);
    if (one === undefined || (one.private && !isOwner)) return refused(response, 401, 'RepoNotFound');
    const { commit = COMMIT, files, gated = false } = one;
    if (!['main', 'HEAD', commit].includes(revision)) return refused(response, 404, 'RevisionNotFound');
    response.setHeader('x-repo-commit', commit);
    if (what === 'revision') return json(response, infoOf(one));
    if (what === 'tree') return tree(response, one, Number(url.searchParams.get('cursor') ?? 0));
    if (gated !== false && !isOwner) return refused(response, isOwner ? 403 : 401, 'GatedRepo');
    const bytes = files.get(rest);
    if (bytes === undefined) return refused(response, 404, 'EntryNotFound');
    if (!isLarge(rest)) return serving({ bytes, tag: `"${gitName(bytes)}"` })(request, response);
    const to = `${cdn.address}/${id}/${rest}?signature=s3cr3t&expires=1`;
    const linked = { 'x-linked-etag': `"${sha256(bytes)}"`, 'x-linked-size': String(bytes.length) };
    response.writeHead(302, { location: to, ...linked }).end();
  });
  for (const { server } of [hub, cdn]) server.on('connection', (socket: Socket) => sockets.add(socket));

  return {
    address: hub.address,
    cdnAddress: cdn.address,
    serve: (...all) => {
      for (const one of all) repositories.set(one.type === 'dataset' ? `datasets/${one.id}` : one.id, one);
    },
    answers: (server, end, ...answers) => void scripts.unshift({ server, end, answers: [...answers] }),
    get asked() {
      return asked;
    },
    get sentBytes() {
      return sentBytes;
    },
    pushed: pushes.repositories,
    forget: () => {
      asked = [];
      sentBytes = 0;
      scripts.length = 0;
    },
    close: () => {
      for (const { server } of [hub, cdn]) server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
