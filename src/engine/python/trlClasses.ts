// TRL's trainer and configuration for each objective: what the writer names and the reader knows.
import type { RecipeValues } from '../recipe/recipe.ts';

type Objective = RecipeValues['train.objective'];

export const trlClasses: Readonly<Record<Objective, { readonly trainer: string; readonly config: string }>> =
  {
    sft: { trainer: 'SFTTrainer', config: 'SFTConfig' },
    dpo: { trainer: 'DPOTrainer', config: 'DPOConfig' },
    orpo: { trainer: 'ORPOTrainer', config: 'ORPOConfig' },
  };
