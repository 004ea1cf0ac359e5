// The answer to `inspect`: a recipe on the tape, its rows, its cost. Touches no device.

import { assertRankFits } from '../adapters/rankFits.ts';
import type { LoadedRows, RecipeRows } from '../data/recipeRows.ts';
import { plainName } from '../ground/plainName.ts';
import type { Inspection } from '../laboratory/inspect/inspection.ts';
import { inspectRecipe as inspected } from '../laboratory/inspect.ts';
import type { ModelInfo } from '../models/modelFiles.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import { weightOptions } from '../python/run/wire.ts';
import type { ScriptContext } from '../python/write/pythonScript.ts';
import { scriptRows } from '../python/write/rowsSection.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { DataFormat } from '../recipe/rows/ownRows.ts';
import { estimateCost } from '../training/estimate.ts';
import { trainerOptions } from '../training/options.ts';
import { formatsAfter } from '../training/valuesFromBase.ts';
import { assertSettings } from './assertSettings.ts';
import type { Assets } from './assets.ts';
import { firstRows } from './preparedRows.ts';

/** Beside the script: the rows and their format; a file, if there is one, and the folder that is made of it. */
function scriptContext(
  recipe: Recipe,
  rows: string,
  { loaded }: RecipeRows,
  { kind }: ModelInfo,
): ScriptContext {
  const format = formats.find((one) => rows.startsWith(one)) ?? 'messages';
  const { model: ref, chatTemplate, changes } = recipe;
  const source = ref?.source;
  const name = ref && plainName(ref.name, 'model');
  const gguf = kind === 'gguf' ? (name ?? 'model.gguf') : undefined;
  const model = source?.file === null ? source.hub : (gguf?.replace(/\.gguf$/i, '') ?? name) || 'model';
  const brought = loaded && { data: fileOf(loaded), rows: scriptRows(loaded) };
  return {
    model,
    data: 'rows.jsonl',
    format,
    ...brought,
    ...(chatTemplate === undefined ? {} : { chatTemplate }),
    ...(changes === undefined ? {} : { changes }),
    ...(gguf === undefined ? {} : { gguf }),
    ...(source && (gguf !== undefined || source.file === null) ? { source } : {}),
  };
}

const endings: Readonly<Record<DataFormat, string>> = {
  json: 'jsonl',
  csv: 'csv',
  parquet: 'parquet',
  text: 'txt',
};

/** The name of the file; pasted rows have none. */
const fileOf = ({ table }: LoadedRows): string =>
  /\.\w+$/.test(table.name)
    ? plainName(table.name, `rows.${endings[table.format]}`)
    : `rows.${endings[table.format]}`;

const formats = ['messages', 'prompt-completion', 'text', 'preference'] as const;

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
