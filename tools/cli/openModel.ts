// The model that the command line names: a file or folder that is there, else a repository of the hub, or a file on some other server,
// through the cache of models; such a file of which the header is enough is read in ranges. What it is the engine says.
import { existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { causeOf, UserError } from '../../src/engine/ground/errors.ts';
import type { Net } from '../../src/engine/ground/fetching/net.ts';
import type { FileProgress } from '../../src/engine/ground/fetching/progress.ts';
import { rangedSource } from '../../src/engine/ground/fetching/rangedSource.ts';
import type { ByteSource } from '../../src/engine/ground/formats/byteSource.ts';
import { fileClosed } from '../../src/engine/ground/formats/formatErrors.ts';
import type { HubProgress } from '../../src/engine/hub/hub.ts';
import { Hub } from '../../src/engine/hub/hub.ts';
import type { HubSettings } from '../../src/engine/hub/hubNet.ts';
import { readHubAddress, readWish } from '../../src/engine/hub/wish.ts';
import type { ModelRef } from '../../src/engine/recipe/recipe.ts';
import type { Assets } from '../../src/engine/session/assets.ts';
import { fileSource } from './fileSource.ts';
import { modelsFolder, nodeFolder, nodeLocks } from './modelCache.ts';

/** The one file, or those of a folder. Throws UserError 'file-closed'. */
async function filesAt(path: string): Promise<ByteSource[]> {
  let names: string[];
  try {
    if (!(await stat(path)).isDirectory()) return [await fileSource(path)];
    const entries = await readdir(path, { withFileTypes: true });
    const filesOf = (all: typeof entries): string[] =>
      all.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
    names = filesOf(entries);
    // Where transformers.js looks for exports.
    if (entries.some((entry) => entry.isDirectory() && entry.name === 'onnx')) {
      const inside = await readdir(`${path}/onnx`, { withFileTypes: true });
      names.push(...filesOf(inside).map((name) => `onnx/${name}`));
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileClosed({ path, cause: causeOf(error) });
  }
  return Promise.all(names.map((name) => fileSource(`${path}/${name}`)));
}

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

/** Each file as it begins, each wait, and nothing else: a log is read later. */
function teller(note: (text: string) => void): (progress: HubProgress) => void {
  let told = '';
  return ({ file, done, total, fetched, waitMs, elsewhere }) => {
    const said = elsewhere
      ? `${file}: another process fetches it; waiting`
      : waitMs > 0
        ? `${file}: no answer yet, asked again in ${(waitMs / 1000).toFixed(1)} s`
        : fetched > 0
          ? `${file}: fetching (${total > 0 ? `all files: ${mebibytes(total)}` : 'size not known'})`
          : '';
    if (said !== '' && said !== told && !(done === total && waitMs === 0)) note(said);
    if (said !== '') told = said;
  };
}

export interface ModelAsked {
  readonly model: string;
  readonly hub: string;
  /** Who asks the hub; null: nobody in particular. */
  readonly token: string | null;
  /** A file on some other server is kept too, and not read in ranges. */
  readonly keep: boolean;
}

async function openSources(
  name: string,
  sources: readonly ByteSource[],
  assets: Assets,
  note: (text: string) => void,
): Promise<ModelRef> {
  const { info } = await assets.openModel(name, sources);
  if (info.unused.length > 0) note(`${info.name}: not used: ${info.unused.join(', ')}`);
  return { name: info.name, digest: info.digest };
}

/** Looks for a file or a folder first. Throws UserError. */
export async function openNamedModel(
  { model, hub, token, keep }: ModelAsked,
  assets: Assets,
  note: (text: string) => void,
  net: Net,
): Promise<ModelRef> {
  const isPath = existsSync(model) || !(/^https?:/i.test(model) || /^[\w.-]+\/[\w.-]+(@|:|$)/.test(model));
  if (isPath) return openSources(basename(model), await filesAt(model), assets, note);
  const settings: HubSettings = { address: readHubAddress(hub), token };
  const wish = readWish(model, settings.address);
  if (wish.kind === 'file' && !keep) {
    const onProgress = ({ file, waitMs }: FileProgress): void =>
      note(`${file}: no answer yet, asked again in ${(waitMs / 1000).toFixed(1)} s`);
    return openSources(wish.address.file, [await rangedSource(net, model, { onProgress })], assets, note);
  }
  const folder = modelsFolder();
  const cache = { folder: nodeFolder(folder), locks: nodeLocks(folder) };
  const found = await new Hub(cache, net).open(wish, settings, { onProgress: teller(note) });
  const sources = found.files.map(({ name, file }) => file.source(name));
  const opened = await openSources(found.name, sources, assets, note);
  const { source } = found;
  const where = source === null ? '' : `${source.hub} at ${source.revision}, `;
  note(`${opened.name}: ${where}kept in ${folder}`);
  return { ...opened, ...(source === null ? {} : { source }) };
}
