// A run's files to take home, with the link that leads back to its recipe. What the files hold is the exchange's.
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import type { ExportedRun } from '../exchange/export/exports.ts';
import { exportFiles } from '../exchange/export/exports.ts';
import type { FloatType } from '../exchange/export/floatBytes.ts';
import type { ExportFormat } from '../exchange/export/formats.ts';
import type { Fingerprint } from '../recipe/fingerprint.ts';
import { formatLink } from '../recipe/link.ts';
import { presetValues } from '../recipe/presets.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';

export interface RunToExport extends Omit<ExportedRun, 'link'> {
  /** The settings as they hold beside a script's program. */
  readonly values: RecipeValues;
  readonly fingerprint: Fingerprint;
}

/** Throws UserError 'export-…' for what a format can't say. */
export async function exportRun(
  { values, fingerprint, ...run }: RunToExport,
  assets: Assets,
  format: ExportFormat,
  type: FloatType,
): Promise<readonly ExportFile[]> {
  const presets = presetValues(await assets.presets());
  const link = { includeData: false, includeProgram: true, includeTemplate: true, fingerprint };
  const exported = {
    ...run,
    recipe: { ...run.recipe, values },
    link: `#${await formatLink(run.recipe, presets, link)}`,
  };
  return exportFiles(exported, format, type);
}
