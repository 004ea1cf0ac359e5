// The models that the command line has kept (`npm run train -- --list-models`, `--delete-model NAME`): what they are called, how large they
// are and when they were last used; and their end. Fetching them is openModel.ts's.
import type { Cache } from '../../src/engine/hub/cache/keepFile.ts';
import type { KeptModel } from '../../src/engine/hub/cache/shelf.ts';
import { forgetModel, keptModels } from '../../src/engine/hub/cache/shelf.ts';
import { modelsFolder, nodeFolder, nodeLocks } from './modelCache.ts';

const gibibyte = 2 ** 30;
const sizeText = (bytes: number): string =>
  bytes >= gibibyte ? `${(bytes / gibibyte).toFixed(2)} GiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** As `--model` takes it: of a repository the revision too, of an address the address. */
const nameOfKept = ({ id, revision, file }: KeptModel): string =>
  revision === '' ? id : `${id}@${revision}${file === null ? '' : `:${file}`}`;

const cacheOf = (folder: string): Cache => ({ folder: nodeFolder(folder), locks: nodeLocks(folder) });

const event = (one: KeptModel): object => ({
  event: 'kept-model',
  model: nameOfKept(one),
  bytes: one.bytes,
  keptBytes: one.keptBytes,
  whole: one.whole,
  usedAt: new Date(one.usedAt).toISOString(),
});

const line = (one: KeptModel): string => {
  const size = one.whole
    ? sizeText(one.keptBytes)
    : `${sizeText(one.keptBytes)} of ${sizeText(one.bytes)}, begun`;
  return `${nameOfKept(one)}  ${size}, last used ${new Date(one.usedAt).toISOString().slice(0, 10)}`;
};

type Write = (text: string) => void;

/** Used last first; a folder that is not there holds none. */
export async function listKeptModels(json: boolean, write: Write): Promise<void> {
  const folder = modelsFolder();
  const kept = await keptModels(cacheOf(folder));
  for (const one of kept) write(`${json ? JSON.stringify(event(one)) : line(one)}\n`);
  if (!json) write(kept.length === 0 ? `No model is kept in ${folder}.\n` : `Kept in ${folder}.\n`);
}

/** `named`: as it is listed, or its beginning up to the revision or the file: then every one of them. */
const fits = (one: KeptModel, named: string): boolean => {
  const name = nameOfKept(one);
  return name === named || name.startsWith(`${named}@`) || name.startsWith(`${named}:`);
};

/** Deletes what is called so, and says what; what else is kept, where nothing is. Throws UserError 'hub-in-use'. */
export async function deleteKeptModel(named: string, json: boolean, write: Write): Promise<boolean> {
  const folder = modelsFolder();
  const cache = cacheOf(folder);
  const kept = await keptModels(cache);
  const gone = kept.filter((one) => fits(one, named));
  for (const one of gone) {
    await forgetModel(cache, one.name);
    if (json) write(`${JSON.stringify({ event: 'deleted-model', model: nameOfKept(one) })}\n`);
    else write(`Deleted: ${line(one)}\n`);
  }
  return gone.length > 0;
}
