// The one other protocol that is known: ModelScope's, where files lie under the same addresses as on Hugging Face's hub and are listed in another
// way, each with its SHA-256. Its addresses end in /models. Leaves out its search, which pages of other sites are not told of.
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { isRecord, recordOf } from '../ground/isRecord.ts';
import { text } from '../ground/text.ts';
import { noRepository, oddAnswer } from './hubErrors.ts';
import type { HubSettings } from './hubNet.ts';
import { askHub } from './hubNet.ts';
import type { HubFile, Repository } from './repositoryFile.ts';
import { hex, plainFile } from './repositoryFile.ts';
import type { RepositoryWish } from './wish.ts';

export const isModelScope = (address: string): boolean => address.endsWith('/models');

/** What its branches are called. */
const MAIN = 'master';

function fileOf(entry: unknown): HubFile | null {
  const { Type: type, Path: path, Size: size, Sha256: sha256 } = recordOf(entry);
  return type === 'blob' ? plainFile(path, size, sha256, null) : null;
}

/** The newest commit: its first digits are told, and the commits of single files. */
function commitOf(data: Readonly<Record<string, unknown>>, files: readonly unknown[]): string | null {
  const { ShortId: short } = recordOf(data.LatestCommitter);
  if (typeof short !== 'string' || !/^[0-9a-f]{7,40}$/.test(short)) return null;
  const commits = files.map((file) => hex(recordOf(file).Revision, 40));
  return commits.find((one) => one?.startsWith(short)) ?? null;
}

/** A commit where it can be told, else the revision as it was named. Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function lookAtModelScope(
  net: Net,
  settings: HubSettings,
  { id, revision }: Pick<RepositoryWish, 'id' | 'revision'>,
  options: ReadOptions,
): Promise<Repository> {
  const { origin, host } = new URL(settings.address);
  const named = revision ?? MAIN;
  const address = `${origin}/api/v1/models/${id}/repo/files?Revision=${encodeURIComponent(named)}&Recursive=true`;
  const { value } = await askHub(net, settings, { id, revision }, address, options);
  const { Data: data, Code: code } = recordOf(value);
  // What is not there is an answer too, without files.
  if (code !== undefined && code !== 200) throw noRepository({ id, host, revision });
  if (!isRecord(data))
    throw oddAnswer({ name: `${origin}/${id}`, found: text('no list of files', '没有文件列表') });
  const { Files: list } = data;
  if (!Array.isArray(list)) throw noRepository({ id, host, revision: named });
  const entries: readonly unknown[] = list;
  const files = entries.flatMap((entry) => fileOf(entry) ?? []);
  const commit = hex(named, 40) ?? commitOf(data, entries) ?? named;
  return { id, commit, gated: false, licence: null, files };
}
