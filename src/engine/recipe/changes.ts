// Settings that were changed while a run trained. The recipe's values are those that hold at its end; each change says until which step
// another one held, so that a run of this recipe replays what happened. Pure; what of a run follows them is the trainer's.
import type { Check } from '../ground/shapes.ts';
import { list, number, oneOf, shape, whole } from '../ground/shapes.ts';

/** What the steps to come can follow without another run. */
export const changeableKeys = [
  'train.learning_rate',
  'train.max_steps',
  'train.logging_steps',
  'train.eval_steps',
  'train.save_steps',
] as const;
export type ChangeableKey = (typeof changeableKeys)[number];

export interface RecipeChange {
  /** Optimiser steps that were done when it came. */
  readonly step: number;
  readonly key: ChangeableKey;
  /** The value until then. */
  readonly before: number;
}

export type ChangePatch = { readonly [K in ChangeableKey]?: number };

type Numbers = { readonly [K in ChangeableKey]: number };
interface Changing<V extends Numbers> {
  readonly values: V;
  readonly changes?: readonly RecipeChange[];
}

export const isChangeable = (key: string): key is ChangeableKey =>
  changeableKeys.some((known) => known === key);

/** The values for the step that follows `step` done ones. */
export function valuesAt<V extends Numbers>({ values, changes = [] }: Changing<V>, step: number): V {
  // Of two changes of a setting that are still to come, the earlier says what holds now.
  const ahead = changes.filter(({ step: at }) => at > step).reverse();
  return { ...values, ...Object.fromEntries(ahead.map(({ key, before }) => [key, before])) };
}

/** The recipe after a change at a step; the same one where nothing changes. */
export function withChange<V extends Numbers, R extends Changing<V>>(
  recipe: R & Changing<V>,
  step: number,
  patch: ChangePatch,
): R {
  const changed = changeableKeys.filter((key) => {
    const value = patch[key];
    return value !== undefined && !Object.is(value, recipe.values[key]);
  });
  if (changed.length === 0) return recipe;
  const made = changed.map((key): RecipeChange => ({ step, key, before: recipe.values[key] }));
  return {
    ...recipe,
    values: { ...recipe.values, ...patch },
    changes: [...(recipe.changes ?? []), ...made],
  };
}

export const recipeChanges: Check<readonly RecipeChange[]> = list(
  shape<RecipeChange>({
    step: whole(0, Number.MAX_SAFE_INTEGER),
    key: oneOf(...changeableKeys),
    before: number,
  }),
);
