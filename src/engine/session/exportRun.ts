// A run's files to take home, with the link that leads back to its recipe. What the files hold is the exchange's.
import type { ExportedRun } from '../exchange/export/exports.ts';
import { exportPieces } from '../exchange/export/exports.ts';
import type { FloatType } from '../exchange/export/floatBytes.ts';
import type { ExportFormat } from '../exchange/export/formats.ts';
import type { ExportPiece } from '../exchange/export/pieces.ts';
import type { Fingerprint } from '../recipe/fingerprint.ts';
import { formatLink } from '../recipe/link.ts';
import { presetValues } from '../recipe/presets.ts';
import type { Recipe, RecipeValues } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';
import { inspectRecipe } from './inspectRecipe.ts';

export interface RunToExport extends Omit<ExportedRun, 'link' | 'script'> {
  /** The settings as they hold beside a script's program. */
  readonly values: RecipeValues;
  readonly fingerprint: Fingerprint;
}

/** The text behind the '#' that replays a run, with what it came to: rows stay where they are, program and template come along. */
export async function runLink(assets: Assets, recipe: Recipe, fingerprint: Fingerprint): Promise<string> {
  const presets = presetValues(await assets.presets());
  const link = { includeData: false, includeProgram: true, includeTemplate: true, fingerprint };
  return formatLink(recipe, presets, link);
}

/** The files of a format in pieces (exchange/export/pieces.ts). Throws UserError 'export-…' for what a format can't say. */
export async function* exportRun(
  { values, fingerprint, ...run }: RunToExport,
  assets: Assets,
  format: ExportFormat,
  type: FloatType,
): AsyncGenerator<ExportPiece> {
  const exported = {
    ...run,
    recipe: { ...run.recipe, values },
    link: `#${await runLink(assets, run.recipe, fingerprint)}`,
    script: async () => (await inspectRecipe(assets, run.recipe)).script,
  };
  yield* exportPieces(exported, format, type);
}
