// The model of a run, wired as its recipe's script wires it: judged first, refused where the engine trains something else than the script says.
// The laboratory's judgement is the run's, so that what was shown of a recipe is what training it does.
import { assertRankFits } from '../adapters/rankFits.ts';
import { examineRecipe } from '../laboratory/examineRecipe.ts';
import type { ExamineOptions } from '../laboratory/inspect/examineTraining.ts';
import type { ModelConfig } from '../models/modelConfig.ts';
import type { Wired } from '../python/run/wire.ts';
import type { Recipe, RecipeValues } from '../recipe/recipe.ts';
import type { PythonWarning } from '../torch/autograd/pythonError.ts';
import { PythonError } from '../torch/autograd/pythonError.ts';
import { assertPlainLoss, assertPreference, assertWithinEngine, beyondEngine } from '../training/reach.ts';

export interface WiredRecipe {
  readonly wired: Wired;
  /** The recipe's settings as they hold: what its program decides is as that has it. */
  readonly values: RecipeValues;
  /** What its first backward raises: to be raised once the run stands. */
  readonly error: PythonError | null;
}

/** Throws PythonError where the script raises before the engine has a part in it, UserError for what the engine doesn't train. */
export async function wiredRecipe(
  config: ModelConfig,
  recipe: Pick<Recipe, 'values' | 'program'>,
  options: ExamineOptions,
  warn: (warning: PythonWarning) => void,
): Promise<WiredRecipe> {
  const { examination, outcome, values, program } = await examineRecipe(config, recipe, options);
  for (const warning of outcome.warnings) warn(warning);
  const { error: said } = outcome;
  const error = said && new PythonError(said.type, said.message, said.call);
  if (program?.unfit) throw program.unfit;
  const wired = program ? program.wired : examination.wired;
  if (!wired || (error && beyondEngine(wired).length > 0))
    throw error ?? new PythonError('RuntimeError', '', '');
  assertPreference(values);
  if (!error) {
    assertPlainLoss(wired, outcome.kind === 'silent');
    assertWithinEngine(wired);
  }
  assertRankFits(wired.root);
  return { wired, values, error };
}
