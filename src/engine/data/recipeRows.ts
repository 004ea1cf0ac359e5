// The rows and questions of one recipe, wherever they came from.
import type { Row } from './rows.ts';

export interface RecipeRows {
  readonly name: string;
  readonly rows: readonly Row[];
  readonly prompts: readonly string[];
}
