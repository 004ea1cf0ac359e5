// What a recipe runs, examined: the program that it carries, or the one that its settings stand for. Whoever shows, explains or trains a recipe
// begins here, so that none of them judges another program.
import type { ModelConfig } from '../models/modelConfig.ts';
import type { Recipe, RecipeValues } from '../recipe/recipe.ts';
import { examine } from './inspect/examine.ts';
import type { Examination, ExamineOptions } from './inspect/examineTraining.ts';
import type { Outcome } from './inspect/inspection.ts';
import type { JudgedProgram } from './script/judgeProgram.ts';

export interface ExaminedRecipe {
  readonly examination: Examination;
  /** Of a program as its verdict has it. */
  readonly outcome: Outcome;
  /** The settings as they hold: what a program decides is as it has it. */
  readonly values: RecipeValues;
  /** null: the settings are all there is. */
  readonly program: JudgedProgram | null;
}

export function examineSettings(
  config: ModelConfig,
  values: RecipeValues,
  options: ExamineOptions,
): ExaminedRecipe {
  const examination = examine(config, values, options);
  return { examination, outcome: examination.outcome, values, program: null };
}

/** Fetches what a program takes when there is one. */
export async function examineRecipe(
  config: ModelConfig,
  { values, program }: Pick<Recipe, 'values' | 'program'>,
  options: ExamineOptions,
): Promise<ExaminedRecipe> {
  if (!program) return examineSettings(config, values, options);
  const { judgeProgram, openProgram } = await import('./script/judgeProgram.ts');
  const judged = judgeProgram(await openProgram(program), config, options);
  const { examination, outcome, decided } = judged;
  return { examination, outcome, values: { ...values, ...decided }, program: judged };
}
