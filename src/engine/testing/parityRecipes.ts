// Test-only: the recipes whose numbers are held against the real libraries, and what runs them here: recipe, rows, model.
import { readFileSync } from 'node:fs';
import type { ModelFiles, ReadAsset } from '../models/modelFiles.ts';
import { embeddedModel } from '../models/modelFiles.ts';
import type { Recipe, RecipePatch } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { readPublic } from './embedded.ts';
import { openRandomFamily } from './randomFamily.ts';
import { randomLlama } from './randomLlama.ts';
import { smollm2OrNull } from './smollm2.ts';

export interface ParityRecipe {
  readonly name: string;
  /** smollm2: where a person has put its file; or the small model of a family, by the name of its golden case. */
  readonly model: string;
  /** Fields of a family's config.json that differ. */
  readonly config: object;
  readonly recipe: Recipe;
}

/** What every recipe shares, unless it says otherwise: 50 steps on 36 rows, a float base, the newest stack. */
const common: RecipePatch = {
  'wiring.stack': 'trl-1.16.0',
  'bnb.bnb_4bit_quant_type': 'none',
  'train.max_steps': 50,
  'train.learning_rate': 1e-3,
};

const listed: Readonly<
  Record<
    string,
    {
      readonly model: string;
      readonly config?: object;
      readonly patch: RecipePatch;
      readonly rows?: string;
    }
  >
> = JSON.parse(readFileSync('tools/golden/parity_recipes.json', 'utf8'));

export function parityRecipes(): ParityRecipe[] {
  return Object.entries(listed).map(
    ([name, { model, config = {}, patch, rows = 'public/presets/ships-log.jsonl' }]) => ({
      name,
      model,
      config,
      recipe: {
        preset: 'ships-log',
        values: withPatch(withPatch(defaultValues, common), patch),
        data: { name: 'rows.jsonl', text: readFileSync(rows, 'utf8') },
      },
    }),
  );
}

/** Reads the assets of the page, with the random model in place of the embedded one if asked. */
export function readFor(model: 'random' | 'embedded'): ReadAsset {
  if (model === 'embedded') return readPublic;
  const own = randomLlama();
  return async (path) => own.get(path) ?? readPublic(path);
}

/** A recipe's model; null without its file. */
export function filesFor({
  model,
  config,
}: Pick<ParityRecipe, 'model' | 'config'>): Promise<ModelFiles | null> {
  if (model === 'smollm2') return smollm2OrNull();
  return model === 'random' || model === 'embedded'
    ? embeddedModel(readFor(model))
    : openRandomFamily(model, config);
}
