// What a recipe says of its rows: how they are read, held out, cut, packed, and how many of them meet in a step.
import type { RecipeValues } from '../recipe/recipe.ts';
import type { RunLength } from './batches.ts';
import type { DataOptions } from './prepareData.ts';

/** How many rows meet in a step, in which order, and how long the run is. */
export const runLength = (values: RecipeValues): RunLength => ({
  batchSize: values['train.per_device_train_batch_size'],
  accumulation: values['train.gradient_accumulation_steps'],
  seed: values['train.seed'],
  maxSteps: values['train.max_steps'],
  epochs: values['train.num_train_epochs'],
});

export const dataOptions = (values: RecipeValues): DataOptions => ({
  objective: values['train.objective'],
  packing: values['train.packing'],
  maxLength: values['train.max_length'],
  completionOnly: values['train.completion_only_loss'],
  assistantOnly: values['train.assistant_only_loss'],
  testSize: values['data.test_size'],
  length: runLength(values),
});
