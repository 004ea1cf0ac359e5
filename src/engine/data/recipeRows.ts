// The rows and questions of one recipe, wherever they came from.
import type { CustomData } from '../recipe/rows/ownRows.ts';
import type { RowTable } from './formats/rowTable.ts';
import type { Row } from './rows.ts';

/** The table that rows came from, and how it was used. */
export interface LoadedRows {
  readonly table: RowTable;
  readonly use: CustomData;
}

export interface RecipeRows {
  readonly name: string;
  readonly rows: readonly Row[];
  /** How the columns of a file are loaded in Python, and what is done to them; null: the preset's rows. */
  readonly loaded: LoadedRows | null;
  readonly prompts: readonly string[];
}
