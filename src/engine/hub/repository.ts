// What a repository holds at one commit: asked of the hub once, read strictly. Which of its files a model is made of stands in choices.ts.
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { isRecord, recordOf } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import { text } from '../ground/text.ts';
import { isRepositoryPath } from '../recipe/modelSource.ts';
import { oddAnswer } from './hubErrors.ts';
import type { HubSettings } from './hubNet.ts';
import { hubFetch } from './hubNet.ts';
import { licenceOf } from './licence.ts';
import type { RepositoryWish } from './wish.ts';

export interface HubFile {
  /** From the repository's root, with slashes. */
  readonly path: string;
  readonly sizeBytes: number;
  /** Of large files; null: a small one, known by git's name. */
  readonly sha256: string | null;
  readonly gitName: string | null;
}

export interface Repository {
  readonly id: string;
  readonly commit: string;
  /** Whether its owner wants something accepted first. */
  readonly gated: boolean;
  /** As the hub abbreviates it; null: not said. */
  readonly licence: string | null;
  readonly files: readonly HubFile[];
}

/** More entries than any model has. */
const MOST_FILES = 10_000;

const hex = (value: unknown, digits: number): string | null =>
  typeof value === 'string' && value.length === digits && /^[0-9a-f]+$/.test(value) ? value : null;

/** null: a folder, or what no model is made of. */
function fileOf(entry: unknown): HubFile | null {
  const { type, path, size, oid, lfs } = recordOf(entry);
  if (type !== 'file' || typeof path !== 'string' || !isRepositoryPath(path)) return null;
  const large = isRecord(lfs) ? lfs : null;
  const sizeBytes = large?.size ?? size;
  if (typeof sizeBytes !== 'number' || !Number.isSafeInteger(sizeBytes) || sizeBytes < 0) return null;
  const sha256 = hex(large?.oid, 64);
  return { path, sizeBytes, sha256, gitName: large === null ? hex(oid, 40) : null };
}

/** Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function lookAt(
  net: Net,
  settings: HubSettings,
  { id, revision }: Pick<RepositoryWish, 'id' | 'revision'>,
  options: ReadOptions = {},
  type: 'model' | 'dataset' = 'model',
): Promise<Repository> {
  const { datasetInfo, listFiles, modelInfo } = await import('./library.ts');
  const { address } = settings;
  const own = { hubUrl: address, fetch: hubFetch(net, settings, { id, revision }, options) };
  const asked = { ...own, name: id, ...(revision === null ? {} : { revision }) };
  const fields = ['sha', 'cardData', 'tags'] as const;
  const info: unknown =
    type === 'model'
      ? await modelInfo({ ...asked, additionalFields: [...fields] })
      : await datasetInfo({ ...asked, additionalFields: [...fields] });
  const told = recordOf(info);
  const commit = hex(told.sha, 40);
  if (commit === null)
    throw oddAnswer({
      name: `${address}/${id}`,
      found: text(`${quote(told.sha)} for a commit`, `提交号 ${quote(told.sha)}`),
    });
  const files: HubFile[] = [];
  let seen = 0;
  for await (const entry of listFiles({
    ...own,
    repo: { type, name: id },
    revision: commit,
    recursive: true,
  })) {
    const file = fileOf(entry);
    if (file !== null) files.push(file);
    seen += 1;
    if (seen === MOST_FILES) break;
  }
  const gated = told.gated !== false && told.gated !== undefined;
  return { id, commit, gated, licence: licenceOf(told), files };
}
