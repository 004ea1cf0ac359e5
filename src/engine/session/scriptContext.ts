// What a recipe's script finds beside it, by name: the file of its rows and how it is loaded, the folder or the file of its model.

import type { LoadedRows, RecipeRows } from '../data/recipeRows.ts';
import { plainName } from '../ground/plainName.ts';
import type { ModelInfo } from '../models/modelFiles.ts';
import type { ScriptContext } from '../python/write/pythonScript.ts';
import { scriptRows } from '../python/write/rowsSection.ts';
import type { Recipe } from '../recipe/recipe.ts';
import type { DataFormat } from '../recipe/rows/ownRows.ts';

/** Beside the script: the rows and their format; a file, if there is one, and the folder that is made of it. */
export function scriptContext(
  recipe: Recipe,
  rows: string,
  { loaded }: RecipeRows,
  { kind, name: folder }: ModelInfo,
): ScriptContext {
  const format = formats.find((one) => rows.startsWith(one)) ?? 'messages';
  const { model: ref, chatTemplate, changes } = recipe;
  const source = ref?.source;
  const name = ref && plainName(ref.name, 'model');
  const gguf = kind === 'gguf' ? (name ?? 'model.gguf') : undefined;
  const model = source?.file === null ? source.hub : (gguf?.replace(/\.gguf$/i, '') ?? name) || folder;
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
