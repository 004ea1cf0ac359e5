// The recipe that the command line names: a link, a file, a preset; own rows and a model file laid over it.
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { decodeRows } from '../../src/engine/data/rows.ts';
import type { NamedBytes } from '../../src/engine/exchange/import/unpack.ts';
import { causeOf, UserError } from '../../src/engine/ground/errors.ts';
import type { Net } from '../../src/engine/ground/fetching/net.ts';
import { openNet } from '../../src/engine/ground/fetching/net.ts';
import { fileClosed } from '../../src/engine/ground/formats/formatErrors.ts';
import { parseLink } from '../../src/engine/recipe/link.ts';
import { namedSource } from '../../src/engine/recipe/modelSource.ts';
import { presetValues, recipeOfPreset } from '../../src/engine/recipe/presets.ts';
import type { Recipe } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import { readRecipeJson } from '../../src/engine/recipe/recipeFile.ts';
import type { Assets } from '../../src/engine/session/assets.ts';
import { openAdapter } from '../../src/engine/session/openAdapter.ts';
import { fileSource } from './fileSource.ts';
import { openNamedModel } from './openModel.ts';
import type { CliOptions } from './options.ts';

/** A text file in UTF-8. Throws UserError 'file-closed' or 'utf-8'. */
export async function readText(path: string): Promise<string> {
  try {
    return decodeRows(Uint8Array.from(await readFile(path)), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw fileClosed({ path, cause: causeOf(error) });
  }
}

/** A folder's files, or the one file. Throws UserError 'file-closed'. */
async function adapterFiles(path: string): Promise<NamedBytes[]> {
  try {
    const names = (await stat(path)).isDirectory()
      ? (await readdir(path))
          .filter((name) => /^adapter_(config\.json|model\.\w+)$/.test(name))
          .map((name) => `${path}/${name}`)
      : [path];
    return await Promise.all(
      names.map(async (name) => ({ name, bytes: Uint8Array.from(await readFile(name)) })),
    );
  } catch (error) {
    throw fileClosed({ path, cause: causeOf(error) });
  }
}

/** The recipe asked for; a link's notes go to `note`. */
export async function recipeOf(
  options: Pick<CliOptions, 'link' | 'recipe' | 'preset' | 'data' | 'model' | 'hub' | 'adapter' | 'steps'> & {
    /** A model's file by its address is kept, as those of a hub are; otherwise it is read in ranges, where its header is enough. */
    readonly keep?: boolean;
  },
  assets: Assets,
  note: (text: string) => void,
  net: Net = openNet(),
): Promise<Recipe> {
  const presets = await assets.presets();
  const values = presetValues(presets);
  let recipe: Recipe;
  if (options.link !== null) {
    const parsed = await parseLink(options.link.slice(Math.max(0, options.link.indexOf('#'))), values);
    for (const { en } of parsed.notes) note(en);
    recipe = parsed.recipe;
  } else if (options.recipe !== null) recipe = readRecipeJson(await readText(options.recipe), values);
  else recipe = recipeOfPreset(presets, options.preset ?? presets[0]?.id ?? '');
  if (options.data !== null)
    recipe = {
      ...recipe,
      data: (await assets.shelf.open(await fileSource(options.data))).data,
    };
  const source = recipe.model?.source;
  const named = options.model ?? (source === undefined ? null : namedSource(source));
  if (named !== null) {
    const { hub, keep = false } = options;
    const asked = { model: named, hub, token: process.env.HF_TOKEN ?? null, keep };
    const model = await openNamedModel(asked, assets, note, net);
    // A recipe that names this very model by its digest keeps saying so, and is refused when that is another.
    const kept = options.model === null && recipe.model?.digest !== '' ? recipe.model : undefined;
    recipe = { ...recipe, model: kept ?? model };
  }
  if (options.adapter.length > 0) {
    const sets = options.adapter.map(async (path) => ({
      name: basename(path),
      files: await adapterFiles(path),
    }));
    const opened = await openAdapter(assets, await Promise.all(sets), recipe);
    const { name, digest, patch } = opened;
    // A recipe that names this very adapter keeps its own settings.
    if (recipe.adapter?.digest !== digest)
      recipe = { ...recipe, adapter: { name, digest }, values: withPatch(recipe.values, patch) };
  }
  return options.steps === null
    ? recipe
    : { ...recipe, values: withPatch(recipe.values, { 'train.max_steps': options.steps }) };
}
