// What several runs of one recipe would cost, before any of them: without a device, one after another.
import { wordsOf } from '../ground/errors.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';
import { inspectRecipe } from './inspectRecipe.ts';
import type { RunsToWeigh, WeighedRun } from './weighedRuns.ts';

/** Settings that change no size. */
const sizeless: readonly (keyof RecipePatch)[] = ['train.learning_rate', 'train.seed'];

const sizeOf = (patch: RecipePatch): string =>
  JSON.stringify(Object.entries(patch).filter(([key]) => !sizeless.some((one) => one === key)));

/** Of each patch of the recipe, in their order; those that differ in no size are weighed once. */
export async function weighRuns(
  assets: Assets,
  { recipe, patches }: RunsToWeigh,
  breathe: () => Promise<void>,
): Promise<readonly WeighedRun[]> {
  const known = new Map<string, WeighedRun>();
  const weighed: WeighedRun[] = [];
  for (const patch of patches) {
    const size = sizeOf(patch);
    const one = known.get(size) ?? (await weigh(assets, recipe, patch, breathe));
    known.set(size, one);
    weighed.push(one);
  }
  return weighed;
}

async function weigh(
  assets: Assets,
  base: Recipe,
  patch: RecipePatch,
  breathe: () => Promise<void>,
): Promise<WeighedRun> {
  await breathe();
  try {
    const recipe = { ...base, values: withPatch(base.values, patch) };
    return { estimate: (await inspectRecipe(assets, recipe, breathe)).estimate, problem: null };
  } catch (error) {
    return { estimate: null, problem: wordsOf(error) };
  }
}
