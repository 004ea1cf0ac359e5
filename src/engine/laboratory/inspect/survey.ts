// What one change of a recipe does under each stack of versions: outcome before, outcome after. Read off the tape each time.

import type { StackId } from '../../libraries/stacks.ts';
import { stacks } from '../../libraries/stacks.ts';
import type { ModelConfig } from '../../models/modelConfig.ts';
import type { RecipePatch, RecipeValues } from '../../recipe/recipe.ts';
import { withPatch } from '../../recipe/recipe.ts';
import { examine } from './examine.ts';
import type { StepOutcome } from './inspection.ts';

export interface SurveyRow {
  readonly stack: StackId;
  /** `TRL 0.19.1 · transformers 4.57` */
  readonly label: string;
  readonly before: StepOutcome['kind'];
  readonly after: StepOutcome['kind'];
}

const short = (version: string): string => version.split('.').slice(0, 2).join('.');

/** A row a stack, oldest first. */
export function survey(
  config: ModelConfig,
  values: RecipeValues,
  base: RecipePatch,
  change: RecipePatch,
): readonly SurveyRow[] {
  const options = { batch: { rows: 1, tokens: 8 }, allMasked: false };
  return stacks.map(({ id, trl, transformers }) => {
    const before = withPatch(withPatch(values, base), { 'wiring.stack': id });
    return {
      stack: id,
      label: `TRL ${trl} · transformers ${short(transformers)}`,
      before: examine(config, before, options).outcome.kind,
      after: examine(config, withPatch(before, change), options).outcome.kind,
    };
  });
}
