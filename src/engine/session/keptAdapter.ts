// The adapter of a kept run as PEFT's files, without a device: the model is wired as the run had it, its weights are not read unless the
// adapter was taken out of them.
import type { ExportFile } from '../exchange/export/adapterTensors.ts';
import { collected } from '../exchange/export/pieces.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions } from '../python/run/wire.ts';
import { adapterLayoutOf } from '../training/recordTraining.ts';
import { firstValues } from '../training/valuesFromBase.ts';
import type { Assets } from './assets.ts';
import { exportRun } from './exportRun.ts';
import { fingerprintOf } from './fingerprint.ts';
import { firstRows } from './preparedRows.ts';
import type { Snapshot } from './snapshot.ts';
import { wiredRecipe } from './wiredRecipe.ts';

/** Throws UserError for a model or rows that are not open here, 'export-…' for what the files of PEFT can't say. */
export async function keptAdapter(
  assets: Assets,
  { recipe, state, metrics, totalSteps, device }: Snapshot,
  breathe: () => Promise<void>,
): Promise<readonly ExportFile[]> {
  const [plain, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const { largest } = await firstRows(source, plain.tokenizer, recipe.values, breathe);
  const options = { batch: largest.train, allMasked: false };
  const { wired: judged, values } = await wiredRecipe(plain.config, recipe, options, () => {});
  const layout = adapterLayoutOf(judged);
  const { files, factors, readFactors } = firstValues(plain, judged, layout, values);
  if (factors !== null) await readFactors();
  const weightFormat = weightFormatsOf(files.config, files.formatOf, weightOptions(values));
  const losses = metrics.map(({ loss }) => loss);
  const run = {
    ...{ recipe, layout, files, metrics, totalSteps },
    values: recipe.program ? values : recipe.values,
    wired: { ...judged, weightFormat },
    fingerprint: fingerprintOf(losses, device),
    adapter: state.adapter,
    taken: factors,
    finished: state.step >= totalSteps,
    best: state.best,
  };
  return collected(exportRun(run, assets, 'peft', 'float32'));
}
