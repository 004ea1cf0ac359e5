// Which models the cache holds: a record for each, with its files by what they hold, so that two that share a file keep it once. Written
// before the first byte comes, so that what was begun is listed and can be deleted.
import { Sha256 } from '../../ground/fetching/sha256.ts';
import { quote } from '../../ground/quote.ts';
import type { Check } from '../../ground/shapes.ts';
import { list, nullable, number, shape, string, whole } from '../../ground/shapes.ts';
import { text } from '../../ground/text.ts';
import { inUse } from '../hubErrors.ts';
import type { CachedFile } from './folder.ts';
import type { Cache } from './keepFile.ts';
import { dropFile, keptBytes, wholeFile } from './keepFile.ts';
import { readNote, writeNote } from './notes.ts';

export interface ShelfFile {
  /** In its repository. */
  readonly path: string;
  readonly key: string;
  readonly sizeBytes: number;
}

export interface ShelfRecord {
  /** owner/name, or the address of a file, without what is secret in it. */
  readonly id: string;
  /** A commit; '' of an address. */
  readonly revision: string;
  readonly file: string | null;
  readonly licence: string | null;
  readonly files: readonly ShelfFile[];
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** A model of the cache as it is listed. */
export interface KeptModel extends ShelfRecord {
  /** By which it is deleted. */
  readonly name: string;
  readonly bytes: number;
  /** Of them, those that are there. */
  readonly keptBytes: number;
  readonly whole: boolean;
}

/** Names that the cache gives its files: of no other may a note speak. */
const key: Check<string> = (value) =>
  string(value) ??
  (/^(sha256|git|at)-[0-9a-f]{40,64}$/.test(String(value))
    ? null
    : { at: '', expected: text('a name of the cache', '缓存中的名称'), got: quote(value) });

const shelfRecord: Check<ShelfRecord> = shape<ShelfRecord>({
  id: string,
  revision: string,
  file: nullable(string),
  licence: nullable(string),
  files: list(shape<ShelfFile>({ path: string, key, sizeBytes: whole(0, Number.MAX_SAFE_INTEGER) })),
  usedAt: number,
});

const record = /^model-[0-9a-f]{24}\.json$/;

const nameOf = ({ id, revision, file }: Pick<ShelfRecord, 'id' | 'revision' | 'file'>): string => {
  const bytes = new TextEncoder().encode(JSON.stringify([id, revision, file]));
  return `model-${new Sha256().update(bytes).hex().slice(0, 24)}.json`;
};

export const writeRecord = (cache: Cache, one: ShelfRecord): Promise<void> =>
  writeNote(cache, nameOf(one), one);

async function records({ folder }: Cache): Promise<readonly (ShelfRecord & { readonly name: string })[]> {
  const names = (await folder.names()).filter((name) => record.test(name));
  const read = await Promise.all(
    names.map(async (name) => ({ name, one: await readNote(folder, name, shelfRecord) })),
  );
  return read.flatMap(({ name, one }) => (one === null ? [] : [{ ...one, name }]));
}

async function stateOf(cache: Cache, one: ShelfRecord & { readonly name: string }): Promise<KeptModel> {
  const files = await Promise.all(
    one.files.map(async ({ key }) => ({
      kept: await keptBytes(cache.folder, key),
      whole: (await wholeFile(cache.folder, key)) !== null,
    })),
  );
  return {
    ...one,
    bytes: one.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    keptBytes: files.reduce((sum, { kept }) => sum + kept, 0),
    whole: files.length > 0 && files.every(({ whole: one }) => one),
  };
}

/** Used last first. */
export async function keptModels(cache: Cache): Promise<readonly KeptModel[]> {
  const all = await Promise.all((await records(cache)).map((one) => stateOf(cache, one)));
  return all.sort((a, b) => b.usedAt - a.usedAt);
}

export interface ShelfModel {
  readonly record: ShelfRecord;
  readonly files: readonly { readonly path: string; readonly file: CachedFile }[];
}

/** The files of a record, or null where one is missing. */
export async function filesOf({ folder }: Cache, one: ShelfRecord): Promise<ShelfModel | null> {
  const files = await Promise.all(
    one.files.map(async ({ path, key }) => ({ path, file: await wholeFile(folder, key) })),
  );
  const kept = files.flatMap(({ path, file }) => (file === null ? [] : [{ path, file }]));
  return kept.length === files.length && kept.length > 0 ? { record: one, files: kept } : null;
}

/** Deletes it, and what no other needs of its files. Throws UserError 'hub-in-use' for files that another tab is writing. */
export async function forgetModel(cache: Cache, name: string): Promise<void> {
  const all = await records(cache);
  const gone = all.find((one) => one.name === name);
  if (gone === undefined) return;
  const needed = new Set(
    all.filter((one) => one !== gone).flatMap(({ files }) => files.map(({ key }) => key)),
  );
  for (const { key, path } of gone.files) {
    if (needed.has(key)) continue;
    try {
      await dropFile(cache.folder, key);
    } catch (error) {
      if (error instanceof Error && error.name === 'NoModificationAllowedError') throw inUse({ name: path });
      throw error;
    }
  }
  await cache.folder.remove(name);
}
