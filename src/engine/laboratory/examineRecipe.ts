// What a recipe runs, examined: the program that it carries, or the one that its settings stand for. Whoever shows, explains or trains a recipe
// begins here, so that none of them judges another program.
import type { ModelConfig } from '../models/modelConfig.ts';
import type { RecipeProgram } from '../recipe/program/program.ts';
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

type Judge = (config: ModelConfig, program: RecipeProgram, options: ExamineOptions) => Promise<JudgedProgram>;

/** Fetches what a program takes when there is one. */
const judgedAnew: Judge = async (config, program, options) => {
  const { judgeProgram, openProgram } = await import('./script/judgeProgram.ts');
  return judgeProgram(await openProgram(program), config, options);
};

/** The last one of a model, by what its judgement depends on: the form's settings are not of that. */
const judgedLast = new WeakMap<ModelConfig, readonly [key: string, judged: Promise<JudgedProgram>]>();

/** A keystroke in the form leaves a program as it was judged. To be looked at; a training wires a model of its own. */
export const judgedBefore: Judge = async (config, program, options) => {
  const key = JSON.stringify([program, options]);
  const last = judgedLast.get(config);
  if (last?.[0] === key) return last[1];
  const judged = judgedAnew(config, program, options);
  judgedLast.set(config, [key, judged]);
  // What failed is not kept.
  judged.catch(() => judgedLast.delete(config));
  return judged;
};

export async function examineRecipe(
  config: ModelConfig,
  { values, program }: Pick<Recipe, 'values' | 'program'>,
  options: ExamineOptions,
  judge: Judge = judgedAnew,
): Promise<ExaminedRecipe> {
  if (!program) return examineSettings(config, values, options);
  const judged = await judge(config, program, options);
  const { examination, outcome, decided } = judged;
  return { examination, outcome, values: { ...values, ...decided }, program: judged };
}
