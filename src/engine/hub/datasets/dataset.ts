// A data set of the hub: its configurations and splits with their bytes, before any row comes, and the rows of one split as lines of JSON. Of Parquet only
// the parts with the wanted rows are fetched; other files come whole and are held to the hub's checksum. Nothing of it is kept in the cache.

import { readTable } from '../../data/formats/formats.ts';
import type { RowTable } from '../../data/formats/rowTable.ts';
import { assertSize } from '../../data/formats/rowTable.ts';
import { readAddress } from '../../ground/fetching/address.ts';
import { fetchBytes } from '../../ground/fetching/download.ts';
import type { Net } from '../../ground/fetching/net.ts';
import type { ReadOptions } from '../../ground/fetching/progress.ts';
import { rangedSource } from '../../ground/fetching/rangedSource.ts';
import type { ByteSource } from '../../ground/formats/byteSource.ts';
import { blobSource } from '../../ground/formats/byteSource.ts';
import type { DataSource } from '../../recipe/rows/dataSource.ts';
import { slicedSplit } from '../../recipe/rows/dataSource.ts';
import type { HubProgress } from '../hub.ts';
import { noRows, noSplit } from '../hubErrors.ts';
import type { HubSettings } from '../hubNet.ts';
import { hubJudge, hubNet } from '../hubNet.ts';
import { lookAt } from '../repository.ts';
import type { HubFile, Repository } from '../repositoryFile.ts';
import type { DatasetConfig } from './splits.ts';
import { configsOf } from './splits.ts';

export interface DatasetView {
  readonly id: string;
  readonly revision: string;
  readonly gated: boolean;
  readonly licence: string | null;
  readonly page: string;
  readonly configs: readonly {
    readonly name: string;
    readonly splits: readonly {
      readonly split: string;
      readonly files: number;
      readonly bytes: number;
      /** Whether a part of its rows can be fetched alone. */
      readonly inParts: boolean;
    }[];
  }[];
}

export interface FetchedRows {
  readonly name: string;
  /** Lines of JSON. */
  readonly file: Blob;
  readonly source: DataSource;
}

/** As a person or a recipe names it: a split of a configuration, its first rows. */
export type WantedRows = Omit<DataSource, 'load'>;

interface Options {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: HubProgress) => void;
}

/** A README is a page of text. */
const MOST_README = 2 ** 22;
const LINES_A_PART = 2000;

const isParquet = ({ path }: HubFile): boolean => /\.parquet$/i.test(path);

const placeOf = ({ address }: HubSettings, id: string, revision: string, path: string): string =>
  `${address}/datasets/${id}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`;

/** One file, whole. */
function whole(
  net: Net,
  settings: HubSettings,
  { id, commit }: Repository,
  { path, sizeBytes, sha256, gitName }: HubFile,
  options: ReadOptions & { readonly mostBytes: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const url = placeOf(settings, id, commit, path);
  return fetchBytes(hubNet(net, settings), readAddress(url), {
    ...options,
    known: {
      sizeBytes,
      ...(sha256 === null ? {} : { sha256 }),
      ...(gitName === null ? {} : { gitName }),
    },
    judge: hubJudge(settings, { id, revision: commit }, url),
    cached: false,
  });
}

interface Looked {
  readonly found: Repository;
  readonly configs: readonly DatasetConfig[];
}

async function look(
  net: Net,
  settings: HubSettings,
  asked: { readonly id: string; readonly revision: string | null },
  { signal }: Options,
): Promise<Looked> {
  const found = await lookAt(net, settings, asked, { signal }, 'dataset');
  const { id, files } = found;
  const readme = files.find(({ path }) => path === 'README.md');
  const bytes = readme && (await whole(net, settings, found, readme, { signal, mostBytes: MOST_README }));
  const configs = await configsOf(bytes ? new TextDecoder().decode(bytes) : null, files);
  if (configs.length === 0)
    throw noRows({ id, others: files.length, script: files.some(({ path }) => /^[^/]+\.py$/.test(path)) });
  return { found, configs };
}

/** Throws UserError 'hub-…' or 'fetch-…', and Cancelled. */
export async function lookAtDataset(
  net: Net,
  settings: HubSettings,
  asked: { readonly id: string; readonly revision: string | null },
  options: Options = {},
): Promise<DatasetView> {
  const { found, configs } = await look(net, settings, asked, options);
  const { id, commit: revision, gated, licence } = found;
  return {
    id,
    revision,
    gated,
    licence,
    page: `${settings.address}/datasets/${id}`,
    configs: configs.map(({ name, splits }) => ({
      name,
      splits: splits.map(({ split, files }) => ({
        split,
        files: files.length,
        bytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
        inParts: files.every(isParquet),
      })),
    })),
  };
}

function splitOf({ found, configs }: Looked, { config, split }: WantedRows): readonly HubFile[] {
  const chosen = configs.find(({ name }) => name === config);
  const known = configs.flatMap(({ name, splits }) => splits.map((one) => `${name}/${one.split}`));
  const files = chosen?.splits.find((one) => one.split === split)?.files;
  if (files === undefined) throw noSplit({ id: found.id, got: `${config}/${split}`, known });
  return files;
}

/** The rows as a recipe's file has them: the same bytes wherever they are fetched. */
class Lines {
  readonly #parts: string[] = [];
  #lines: string[] = [];
  count = 0;

  add({ rows }: RowTable, most: number): void {
    for (const row of rows.slice(0, most - this.count)) {
      this.#lines.push(`${JSON.stringify(row)}\n`);
      this.count += 1;
      if (this.#lines.length === LINES_A_PART) this.#flush();
    }
  }

  #flush(): void {
    this.#parts.push(this.#lines.join(''));
    this.#lines = [];
  }

  blob(): Blob {
    this.#flush();
    return new Blob(this.#parts);
  }
}

/** Throws UserError 'hub-…', 'fetch-…' or what reading the rows throws, and Cancelled. */
export async function fetchRows(
  net: Net,
  settings: HubSettings,
  wanted: WantedRows,
  options: Options = {},
): Promise<FetchedRows> {
  const { hub: id, revision, config, rows } = wanted;
  const looked = await look(net, settings, { id, revision }, options);
  const files = splitOf(looked, wanted);
  const most = rows ?? Number.POSITIVE_INFINITY;
  const total = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const lines = new Lines();
  let before = 0;
  let load: DataSource['load'] = { arguments: {}, texts: false };
  for (const file of files) {
    if (lines.count >= most) break;
    const tell = ({ done, waitMs }: { readonly done: number; readonly waitMs: number }): void => {
      const now = before + Math.min(done, file.sizeBytes);
      options.onProgress?.({ file: file.path, done: now, total, fetched: now, waitMs, elsewhere: false });
    };
    const { signal } = options;
    let source: ByteSource;
    if (isParquet(file)) {
      const url = placeOf(settings, id, looked.found.commit, file.path);
      source = await rangedSource(hubNet(net, settings), url, { signal, onProgress: tell });
    } else {
      assertSize(file.path, file.sizeBytes);
      const asked = { signal, onProgress: tell, mostBytes: file.sizeBytes };
      const bytes = await whole(net, settings, looked.found, file, asked);
      source = blobSource(file.path, new Blob([bytes]));
    }
    const table = await readTable(source, undefined, most - lines.count);
    lines.add(table, most);
    before += file.sizeBytes;
    load = { arguments: table.load.arguments, texts: table.load.texts };
  }
  const name = `${id} ${config} ${slicedSplit(wanted)}`;
  return { name, file: lines.blob(), source: { ...wanted, revision: looked.found.commit, load } };
}
