// The answer to `inspect`: a recipe on the tape, its rows, its cost. Touches no device.
import { assertRankFits } from '../adapters/lora/rankFits.ts';
import { prepareData } from '../data/prepareData.ts';
import { badSettings } from '../ground/settings/settingErrors.ts';
import { inspect } from '../laboratory/inspect/inspect.ts';
import type { Inspection } from '../laboratory/inspect/inspection.ts';
import { weightFormatsOf } from '../models/weightSource.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { ScriptContext } from '../python/write/pythonScript.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { recipeProblems } from '../recipe/recipe.ts';
import { estimateCost } from '../training/estimate.ts';
import { formatsAfter } from '../training/valuesFromBase.ts';
import type { Assets } from './assets.ts';

/** Beside the script: the rows and their format; a file, if there is one, and the folder that is made of it. */
function scriptContext(recipe: Recipe, rows: string): ScriptContext {
  const format = formats.find((one) => rows.startsWith(one)) ?? 'messages';
  const gguf = recipe.model?.name;
  const model = gguf?.replace(/\.gguf$/i, '') ?? 'model';
  return { model, data: 'rows.jsonl', format, ...(gguf === undefined ? {} : { gguf }) };
}

const formats = ['messages', 'prompt-completion', 'text', 'preference'] as const;

/** Throws UserError for settings, rows or a model that can't be used. */
export async function inspectRecipe(assets: Assets, recipe: Recipe): Promise<Inspection> {
  const problems = recipeProblems(recipe.values);
  if (problems.length > 0) throw badSettings({ problems });
  const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const data = prepareData(source, files.tokenizer, recipe.values);
  return inspect(files.config, recipe.values, {
    batch: { rows: recipe.values['train.per_device_train_batch_size'], tokens: data.longestBatch },
    estimate: (examined) => {
      const weightFormat = weightFormatsOf(
        formatsAfter(files.formatOf, examined),
        weightOptions(recipe.values),
      );
      const wired = { ...examined, weightFormat };
      assertRankFits(wired.root);
      const { longestBatch: longestTokens, facts } = data;
      return estimateCost({
        config: files.config,
        wired,
        values: recipe.values,
        longestTokens,
        steps: facts.steps,
      });
    },
    rows: data.facts,
    data: data.summary,
    script: scriptContext(recipe, data.summary.format),
    prompts: source.prompts,
  });
}
