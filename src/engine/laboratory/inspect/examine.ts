// Runs a recipe's program and its first training step on the tape, and says how it ends: trains, silent, or raises, with
// the text and the call. The page, the doctor and the command line read everything off this.

import { decoderOf } from '../../models/families.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import { runScript } from '../../python/run/wire.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import type { Parameter } from '../../torch/nn/module.ts';
import type { Examination, ExaminedTraining, ExamineOptions } from './examineTraining.ts';
import { examineTraining, outcomeOf } from './examineTraining.ts';
import type { GradientState } from './inspection.ts';

export type { Examination, ExamineOptions } from './examineTraining.ts';

/** Before a step: what requires grad waits for one. */
const pending = (parameter: Parameter): GradientState => (parameter.requiresGrad ? 'pending' : 'frozen');

/** Runs program, forward and backward of one step on a model of this architecture. */
export function examine(config: ModelConfig, values: RecipeValues, options: ExamineOptions): Examination {
  const seen: ExaminedTraining[] = [];
  const { script, error } = runScript(config, values, {
    judge: (event) => {
      const examined = examineTraining(event, options);
      seen.push(examined);
      return examined.raised;
    },
  });
  // A second backward on one graph is judged on its own, and raises; what the first gave is what there is.
  const [first] = seen;
  if (first && (first.raised === error || (first === seen.at(-1) && error === null))) return first;
  if (first) return { ...first, outcome: outcomeOf(script, error, first.gradientOf) };
  const { paths } = decoderOf(config);
  const outcome = outcomeOf(script, error, pending);
  return { script, paths, wired: null, step: null, outcome, gradientOf: pending };
}
