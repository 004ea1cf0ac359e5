// Test-only: a trainer over a recipe's rows on a backend, without answers, saving or events.

import { dataOptions } from '../data/options.ts';
import { prepareData } from '../data/prepareData.ts';
import { parseRows } from '../data/rows.ts';
import type { Example } from '../data/tokenize.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { weightFormatsOf } from '../models/weightPlaces.ts';
import type { Wired } from '../python/run/wire.ts';
import { weightOptions, wire } from '../python/run/wire.ts';
import type { RecipeValues } from '../recipe/recipe.ts';
import type { Backend } from '../training/backends/backend.ts';
import { trainerOptions } from '../training/options.ts';
import { adapterLayoutOf } from '../training/recordTraining.ts';
import type { TrainerOptions } from '../training/trainer.ts';
import { Trainer } from '../training/trainer.ts';
import { firstValues } from '../training/valuesFromBase.ts';

export interface OpenedTrainer {
  readonly trainer: Trainer;
  readonly files: ModelFiles;
  readonly train: readonly Example[];
  readonly wired: Wired;
}

/** Loads a model into `backend` and prepares a run over `rows` (JSONL text). */
export async function trainerOf(
  backend: Backend,
  plain: ModelFiles,
  rows: string,
  values: RecipeValues,
  changed: Partial<TrainerOptions> = {},
): Promise<OpenedTrainer> {
  const bare = wire(plain.config, values);
  const layout = adapterLayoutOf(bare);
  const first = firstValues(plain, bare, layout, values);
  const { files } = first;
  const wired = {
    ...bare,
    weightFormat: weightFormatsOf(files.config, files.formatOf, weightOptions(values)),
  };
  await loadWeights(
    files.config,
    await files.weights(),
    { ...weightOptions(values), positions: files.config.maxPositions },
    backend,
    async () => {},
  );
  const { split } = prepareData(
    { name: 'rows', rows: parseRows(rows), loaded: null, prompts: [] },
    files.tokenizer,
    dataOptions(values),
  );
  const trainer = new Trainer({
    backend,
    config: files.config,
    wired,
    options: { ...trainerOptions(values), ...changed },
    train: split.train,
    test: split.test,
    padId: files.tokenizer.padId,
    first,
    now: () => performance.now(),
  });
  await trainer.prepare();
  return { trainer, files, train: split.train, wired };
}
