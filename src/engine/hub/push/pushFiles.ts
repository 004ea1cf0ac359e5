// Hands files to a repository of the hub: made where it is not there, then one commit with all of them. The package speaks the protocol
// (@huggingface/hub 2.17, create-repo.ts and commit.ts: small files inside the commit, large ones to the storage that the hub names);
// requests go out as every other of ours, so that the token reaches the hub alone. A file that the hub has already is not sent again.
// Leaves out what the files are (exchange/export/repository.ts).
import { Cancelled, UserError } from '../../ground/errors.ts';
import type { Net } from '../../ground/fetching/net.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { readNamed } from '../../recipe/modelSource.ts';
import { noRepository, unreached } from '../hubErrors.ts';
import type { HubSettings } from '../hubNet.ts';
import { hubNet } from '../hubNet.ts';
import { badRepositoryName, mayNotWrite, notTaken, noWriteToken } from './pushErrors.ts';

export interface PushWish {
  /** owner/name */
  readonly repository: string;
  /** Seen by its owner alone; of one that is there already it stays as it is. */
  readonly private: boolean;
  /** Subject of the commit. */
  readonly title: string;
  readonly files: readonly { readonly name: string; readonly file: Blob }[];
}

/** Bytes of files that were handed over, of all. */
export interface PushProgress {
  readonly file: string;
  readonly done: number;
  readonly total: number;
}

export interface Pushed {
  /** Where people see it. */
  readonly page: string;
  /** 40 hex digits. */
  readonly commit: string;
}

interface PushOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: PushProgress) => void;
}

/** What a hub says of a refusal may be long, and a page of its own. */
const MOST_SAID = 200;

async function saidBy(answer: Response): Promise<string> {
  const { status } = answer;
  const body = await answer.text().catch(() => '');
  const [, said] = /"(?:error|message)"\s*:\s*("(?:[^"\\]|\\.)*")/.exec(body) ?? [];
  return said === undefined ? String(status) : `${status}: ${said.slice(1, -1).slice(0, MOST_SAID)}`;
}

/** What can be known without asking. Throws UserError 'hub-push-name' or 'hub-write-token'. */
export function assertPushable(
  { address, token }: HubSettings,
  repository: string,
): { readonly id: string; readonly host: string; readonly accessToken: string } {
  const named = readNamed(repository.trim());
  if (named === null || named.revision !== null || named.file !== null)
    throw badRepositoryName({ got: quote(repository) });
  const { host } = new URL(address);
  if (token === null || !token.startsWith('hf_')) throw noWriteToken({ host });
  return { id: named.id, host, accessToken: token };
}

/** Throws UserError 'hub-write-token', 'hub-write', 'hub-push-name', 'hub-push', 'hub-none' or 'hub-unreached', and Cancelled. */
export async function pushFiles(
  net: Net,
  settings: HubSettings,
  { repository, private: hidden, title, files }: PushWish,
  { signal, onProgress }: PushOptions = {},
): Promise<Pushed> {
  const { id, host, accessToken } = assertPushable(settings, repository);
  const { address: hubUrl } = settings;
  const said = async (answer: Response): Promise<UserError> => {
    const { status } = answer;
    const ofHub = new URL(answer.url).host === host;
    if (ofHub && (status === 401 || status === 403)) return mayNotWrite({ id, host });
    if (ofHub && status === 404) return noRepository({ id, host, revision: null });
    const found = await saidBy(answer);
    return notTaken({ id, host, said: text(found, found) });
  };
  const own = hubNet(net, settings);
  /** The package makes refusals of its own of what is not ok: ours are thrown before it sees them. */
  const asking =
    (passes: (answer: Response) => boolean): typeof fetch =>
    async (input, init) => {
      let answer: Response;
      try {
        answer = await own.request(String(input), { ...init, signal: signal ?? null });
      } catch {
        if (signal?.aborted) throw new Cancelled();
        throw unreached({ host });
      }
      if (answer.ok || passes(answer)) return answer;
      throw await said(answer);
    };
  const { commitIter, createRepo } = await import('../library.ts');
  const repo = { type: 'model', name: id } as const;
  const common = { repo, hubUrl, accessToken };
  try {
    await madeOrThere(() =>
      createRepo({
        ...common,
        visibility: hidden ? 'private' : 'public',
        fetch: asking(({ status }) => status === 409),
      }),
    );
    const sizes = new Map(files.map(({ name, file }) => [name, file.size]));
    const total = files.reduce((sum, { file }) => sum + file.size, 0);
    const sent = new Map<string, number>();
    const operations = files.map(({ name, file }) => ({
      operation: 'addOrUpdate' as const,
      path: name,
      content: file,
    }));
    const events = commitIter({
      ...common,
      title,
      operations,
      // Its chunks would need a program of a megabyte, for files that are sent once.
      useXet: false,
      fetch: asking(() => false),
      ...(signal === undefined ? {} : { abortSignal: signal }),
    });
    for (;;) {
      const next = await events.next();
      if (next.done === true) {
        const oid = next.value?.commit.oid ?? '';
        if (!/^[0-9a-f]{40}$/.test(oid)) throw notTaken({ id, host, said: text('no commit', '没有提交号') });
        return { page: `${hubUrl}/${id}`, commit: oid };
      }
      if (next.value.event !== 'fileProgress' || next.value.state !== 'uploading') continue;
      const { path, progress } = next.value;
      sent.set(path, progress * (sizes.get(path) ?? 0));
      const done = [...sent.values()].reduce((sum, bytes) => sum + bytes, 0);
      onProgress?.({ file: path, done, total });
    }
  } catch (error) {
    if (signal?.aborted) throw new Cancelled();
    if (error instanceof UserError || error instanceof Cancelled) throw error;
    const found = error instanceof Error ? error.message.slice(0, MOST_SAID) : '';
    throw notTaken({ id, host, said: text(found, found) });
  }
}

/** One that is there already is what is wanted. The package takes every answer but a good one for a refusal. */
async function madeOrThere(make: () => Promise<unknown>): Promise<void> {
  try {
    await make();
  } catch (error) {
    const isThere = error instanceof Error && 'statusCode' in error && error.statusCode === 409;
    if (!isThere) throw error;
  }
}
