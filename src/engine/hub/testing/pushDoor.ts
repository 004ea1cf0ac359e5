// Test-only: what a hub answers to whoever hands files to it, as huggingface.co does: a repository made, which files are kept apart from
// git, where those go (its storage, by PUT), and a commit in JSON lines. What came is checked as a hub does: a commit that names a large
// file whose bytes never came, or other bytes, is refused.
import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { recordOf } from '../../ground/isRecord.ts';

export const WRITE_TOKEN = 'hf_writetokenofatest';
/** Whom that token lets write. */
export const WRITER = 'tests';
export const PUSHED_COMMIT = 'fedcba9876543210fedcba9876543210fedcba98';

export interface PushedRepository {
  readonly id: string;
  readonly private: boolean;
  readonly files: Map<string, Uint8Array>;
  readonly commits: string[];
}

export interface PushDoor {
  readonly repositories: ReadonlyMap<string, PushedRepository>;
  /** False: not its business. */
  hub(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
  /** Of the storage: bytes by their digest, to an address that it gave out. */
  storage(request: IncomingMessage, response: ServerResponse): Promise<boolean>;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

function json(response: ServerResponse, status: number, value: unknown): true {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  return true;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `storageAddress`: without a slash at its end. `isLarge`: of a path, whether it is kept apart from git. */
export function pushDoor(storageAddress: () => string, isLarge: (path: string) => boolean): PushDoor {
  const repositories = new Map<string, PushedRepository>();
  const stored = new Map<string, Uint8Array>();

  function create(body: Buffer, response: ServerResponse): true {
    const { name, organization, visibility } = recordOf(JSON.parse(body.toString()));
    const id = `${String(organization)}/${String(name)}`;
    if (organization !== WRITER) return json(response, 403, { error: 'You have no right to write there' });
    const url = `https://hub.test/${id}`;
    if (repositories.has(id))
      return json(response, 409, { error: 'You already created this model repo', url });
    repositories.set(id, { id, private: visibility === 'private', files: new Map(), commits: [] });
    return json(response, 200, { url, id });
  }

  function batch(body: Buffer, response: ServerResponse): true {
    const objects = list(recordOf(JSON.parse(body.toString())).objects).map((one) => {
      const { oid, size } = recordOf(one);
      const href = `${storageAddress()}/upload/${String(oid)}?signature=s3cr3t`;
      return stored.has(String(oid)) ? { oid, size } : { oid, size, actions: { upload: { href } } };
    });
    return json(response, 200, { transfer: 'basic', objects });
  }

  function commit({ files, commits }: PushedRepository, body: Buffer, response: ServerResponse): true {
    const lines = body
      .toString()
      .split('\n')
      .map((line) => recordOf(JSON.parse(line)));
    const coming = new Map<string, Uint8Array>();
    for (const { key, value } of lines) {
      const told = recordOf(value);
      if (key === 'file') coming.set(String(told.path), Buffer.from(String(told.content), 'base64'));
      if (key !== 'lfsFile') continue;
      const bytes = stored.get(String(told.oid));
      if (bytes === undefined || bytes.length !== told.size)
        return json(response, 400, { error: `${String(told.path)} was never uploaded` });
      coming.set(String(told.path), bytes);
    }
    for (const [path, bytes] of coming) files.set(path, bytes);
    commits.push(String(recordOf(lines.find(({ key }) => key === 'header')?.value).summary));
    return json(response, 200, {
      success: true,
      commitOid: PUSHED_COMMIT,
      commitUrl: `https://hub.test/commit/${PUSHED_COMMIT}`,
      hookOutput: '',
    });
  }

  return {
    repositories,
    async hub(request, response) {
      if (request.method !== 'POST') return false;
      const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
      const body = await bodyOf(request);
      if (request.headers.authorization !== `Bearer ${WRITE_TOKEN}`)
        return json(response, 401, { error: 'Invalid credentials in Authorization header' });
      if (path === '/api/repos/create') return create(body, response);
      const [, id = '', what = ''] =
        /^\/(?:api\/models\/)?([^/]+\/[^/]+?)(?:\.git)?\/(preupload|info\/lfs|commit)\//.exec(path) ?? [];
      const repository = repositories.get(id);
      if (repository === undefined) return json(response, 404, { error: 'Repository not found' });
      if (what === 'info/lfs') return batch(body, response);
      if (what === 'commit') return commit(repository, body, response);
      const files = list(recordOf(JSON.parse(body.toString())).files).map((one) => {
        const name = String(recordOf(one).path);
        return { path: name, uploadMode: isLarge(name) ? 'lfs' : 'regular', shouldIgnore: false };
      });
      return json(response, 200, { files });
    },
    async storage(request, response) {
      if (request.method !== 'PUT') return false;
      const digest = /^\/upload\/([0-9a-f]{64})\?signature=s3cr3t$/.exec(request.url ?? '')?.[1];
      const bytes = await bodyOf(request);
      // A signed address takes no other proof of who asks, and no other bytes than it was signed for.
      if (request.headers.authorization !== undefined || digest !== sha256(bytes))
        return json(response, 403, { error: 'SignatureDoesNotMatch' });
      stored.set(digest, bytes);
      response.writeHead(200, { etag: `"${digest}"` }).end();
      return true;
    },
  };
}
