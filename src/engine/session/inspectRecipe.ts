// The answer to `inspect`: a recipe on the tape, its rows, its cost. Touches no device.

import { assertRankFits } from '../adapters/rankFits.ts';
import type { Inspection } from '../laboratory/inspect/inspection.ts';
import { inspectRecipe as inspected } from '../laboratory/inspect.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { estimateCost } from '../training/estimate.ts';
import { trainerOptions } from '../training/options.ts';
import { formatsAfter } from '../training/valuesFromBase.ts';
import { assertSettings } from './assertSettings.ts';
import type { Assets } from './assets.ts';
import { firstRows } from './preparedRows.ts';
import { scriptContext } from './scriptContext.ts';

/**
 * Throws UserError for settings, rows or a model that can't be used. `breathe`: resolves after messages that wait have been handled. `onOrt`: ONNX
 * Runtime would run it.
 */
export async function inspectRecipe(
  assets: Assets,
  recipe: Recipe,
  breathe: () => Promise<void> = () => Promise.resolve(),
  onOrt = false,
): Promise<Inspection> {
  assertSettings(recipe.values);
  const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const data = await firstRows(source, files.tokenizer, recipe.values, breathe);
  return inspected(files.config, recipe, {
    batch: data.largest.train,
    estimate: (examined, values) => {
      const weightFormat = weightFormatsOf(
        files.config,
        formatsAfter(files.formatOf, examined, values),
        weightOptions(values),
      );
      const wired = { ...examined, weightFormat };
      assertRankFits(wired.root);
      return estimateCost({
        config: files.config,
        wired,
        options: trainerOptions(values),
        largest: data.largest,
        steps: data.facts.steps,
        sessions: onOrt,
      });
    },
    rows: data.facts,
    data: data.summary,
    script: scriptContext(recipe, data.summary.format, source, files.info),
    prompts: source.prompts,
  });
}
