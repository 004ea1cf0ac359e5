// Test-only: the embedded model of public/ on a backend, and a trainer over given rows.
import { readFileSync } from 'node:fs';
import type { Backend } from '../backends/backend.ts';
import { parseRows } from '../data/rows.ts';
import { tokenizeRows } from '../data/tokenize.ts';
import { loadWeights } from '../models/loadModel.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { embeddedModel } from '../models/modelFiles.ts';
import type { RecipePatch, RecipeValues } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { Trainer } from '../train/trainer.ts';
import { weightOptions, wire } from '../wiring/wire.ts';

export const readPublic = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(readFileSync(`public/${path}`));

export interface EmbeddedTrainer {
  readonly trainer: Trainer;
  readonly files: ModelFiles;
  readonly values: RecipeValues;
}

/** Loads the embedded model into `backend` and prepares a run over `rows` (JSONL text). */
export async function embeddedTrainer(
  backend: Backend,
  rows: string,
  patch: RecipePatch,
): Promise<EmbeddedTrainer> {
  const files = await embeddedModel(readPublic);
  const values = withPatch(defaultValues, patch);
  await loadWeights(
    files.config,
    await files.weights(() => {}),
    weightOptions(values),
    (name, data) => backend.upload(name, data),
    async () => {},
  );
  const wired = wire(files.config, values);
  const data = tokenizeRows(parseRows(rows), files.tokenizer, {
    maxLength: values['train.max_length'],
    completionOnly: values['train.completion_only_loss'],
  });
  const trainer = new Trainer({
    backend,
    config: files.config,
    wired,
    values,
    train: data.examples,
    test: [],
    padId: files.tokenizer.padId,
    now: () => performance.now(),
  });
  await trainer.prepare();
  return { trainer, files, values };
}
