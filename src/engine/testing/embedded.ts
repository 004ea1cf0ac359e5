// Test-only: the embedded model of public/ on a backend, and a trainer over given rows.
import { readFileSync } from 'node:fs';
import { embeddedModel } from '../models/modelFiles.ts';
import type { RecipePatch, RecipeValues } from '../recipe/recipe.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import type { Backend } from '../training/backends/backend.ts';
import type { OpenedTrainer } from './trainerOf.ts';
import { trainerOf } from './trainerOf.ts';

export const readPublic = async (path: string): Promise<Uint8Array<ArrayBuffer>> =>
  Uint8Array.from(readFileSync(`public/${path}`));

/** Loads the embedded model into `backend` and prepares a run over `rows` (JSONL text). */
export async function embeddedTrainer(
  backend: Backend,
  rows: string,
  patch: RecipePatch,
): Promise<OpenedTrainer & { readonly values: RecipeValues }> {
  const values = withPatch(defaultValues, patch);
  return { ...(await trainerOf(backend, await embeddedModel(readPublic), rows, values)), values };
}
