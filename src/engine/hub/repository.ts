// What a repository holds at one commit: asked of the hub once, read strictly. Which of its files a model is made of stands in choices.ts.
import { fetchMissing } from '../ground/fetching/fetchErrors.ts';
import type { Net } from '../ground/fetching/net.ts';
import type { ReadOptions } from '../ground/fetching/progress.ts';
import { isRecord, recordOf } from '../ground/isRecord.ts';
import { quote } from '../ground/quote.ts';
import { text } from '../ground/text.ts';
import { noRepository, oddAnswer, otherDatasets } from './hubErrors.ts';
import type { HubSettings } from './hubNet.ts';
import { hubFetch, spoken } from './hubNet.ts';
import { licenceOf } from './licence.ts';
import { isModelScope, lookAtModelScope } from './modelScope.ts';
import type { HubFile, Repository } from './repositoryFile.ts';
import { hex, plainFile } from './repositoryFile.ts';
import type { RepositoryWish } from './wish.ts';

/** More entries than any model has. */
const MOST_FILES = 10_000;

/** null: a folder, or what no model is made of. */
function fileOf(entry: unknown): HubFile | null {
  const { type, path, size, oid, lfs } = recordOf(entry);
  if (type !== 'file') return null;
  return isRecord(lfs) ? plainFile(path, lfs.size ?? size, lfs.oid, null) : plainFile(path, size, null, oid);
}

/** Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function lookAt(
  net: Net,
  settings: HubSettings,
  wish: Pick<RepositoryWish, 'id' | 'revision'>,
  options: ReadOptions = {},
  type: 'model' | 'dataset' = 'model',
): Promise<Repository> {
  const { id, revision } = wish;
  const other = isModelScope(settings.address);
  if (other && type === 'dataset') throw otherDatasets({ id, host: new URL(settings.address).host });
  try {
    return other
      ? await lookAtModelScope(net, settings, wish, options)
      : await lookAtHub(net, settings, wish, options, type);
  } catch (error) {
    const { host } = new URL(settings.address);
    if (fetchMissing.is(error)) throw noRepository({ id, host, revision });
    throw error;
  }
}

async function lookAtHub(
  net: Net,
  settings: HubSettings,
  { id, revision }: Pick<RepositoryWish, 'id' | 'revision'>,
  options: ReadOptions,
  type: 'model' | 'dataset',
): Promise<Repository> {
  const { datasetInfo, listFiles, modelInfo } = await import('./library.ts');
  const { address } = settings;
  const own = { hubUrl: address, fetch: hubFetch(net, settings, { id, revision }, options) };
  const asked = { ...own, name: id, ...(revision === null ? {} : { revision }) };
  const fields = ['sha', 'cardData', 'tags'] as const;
  const info: unknown = await spoken<unknown>(settings, () =>
    type === 'model'
      ? modelInfo({ ...asked, additionalFields: [...fields] })
      : datasetInfo({ ...asked, additionalFields: [...fields] }),
  );
  const told = recordOf(info);
  const commit = hex(told.sha, 40);
  if (commit === null)
    throw oddAnswer({
      name: `${address}/${id}`,
      found: text(`${quote(told.sha)} for a commit`, `提交号 ${quote(told.sha)}`),
    });
  const files: HubFile[] = [];
  const repo = { type, name: id };
  await spoken(settings, async () => {
    let seen = 0;
    for await (const entry of listFiles({ ...own, repo, revision: commit, recursive: true })) {
      const file = fileOf(entry);
      if (file !== null) files.push(file);
      seen += 1;
      if (seen === MOST_FILES) return;
    }
  });
  const gated = told.gated !== false && told.gated !== undefined;
  return { id, commit, gated, licence: licenceOf(told), files };
}
