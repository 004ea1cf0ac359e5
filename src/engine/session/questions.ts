// Questions that are answered at once, whatever runs, for they touch no device: what a recipe is, why a
// parameter gets no gradient, what advice does where, what a model file holds.

import { dataOptions } from '../data/options.ts';
import { prepareData } from '../data/prepareData.ts';
import { blobSource } from '../ground/formats/byteSource.ts';
import { advices } from '../laboratory/doctor/guide.ts';
import { examineRecipe, judgedBefore } from '../laboratory/examineRecipe.ts';
import { survey } from '../laboratory/inspect/survey.ts';
import type { Why } from '../laboratory/inspect/why.ts';
import { why } from '../laboratory/inspect/why.ts';
import type { Command, Event, GuideEntry } from '../protocol.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { defaultValues } from '../recipe/recipe.ts';
import type { Assets } from './assets.ts';
import { errorData } from './errorData.ts';
import { inspectRecipe } from './inspectRecipe.ts';
import { modelSummary } from './modelSummary.ts';
import { openAdapter } from './openAdapter.ts';

async function whyOf(assets: Assets, recipe: Recipe, path: string): Promise<Why | null> {
  const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const { facts, largest } = prepareData(source, files.tokenizer, dataOptions(recipe.values));
  const options = { batch: largest.train, allMasked: facts.allMasked };
  return why((await examineRecipe(files.config, recipe, options, judgedBefore)).examination, path);
}

/** Every advice of the guide, tried on the embedded model's architecture. */
async function guideOf(assets: Assets): Promise<readonly GuideEntry[]> {
  const { config } = await assets.model();
  return advices.map((advice) => ({
    ...advice,
    rows: survey(config, defaultValues, advice.base, advice.change),
  }));
}

export type Question = Extract<
  Command,
  { type: 'inspect' | 'open-model' | 'open-adapter' | 'why' | 'guide' }
>;

const kinds: ReadonlySet<Command['type']> = new Set([
  ...(['inspect', 'open-model', 'open-adapter', 'why', 'guide'] as const),
]);
export const isQuestion = (command: Command): command is Question => kinds.has(command.type);

/** Never rejects: what can't be answered is an event too. */
export async function answer(
  question: Question,
  assets: Assets,
  emit: (event: Event) => void,
): Promise<void> {
  const { id, type } = question;
  try {
    switch (type) {
      case 'inspect':
        return emit({ type: 'inspected', id, inspection: await inspectRecipe(assets, question.recipe) });
      case 'open-model': {
        const files = await assets.openModel(blobSource(question.name, question.file));
        return emit({ type: 'model', id, model: modelSummary(files) });
      }
      case 'open-adapter': {
        const read = async ({ name, file }: { readonly name: string; readonly file: Blob }) => ({
          name,
          bytes: new Uint8Array(await file.arrayBuffer()),
        });
        const opened = await Promise.all(
          question.adapters.map(async ({ name, files }) => ({
            name,
            files: await Promise.all(files.map(read)),
          })),
        );
        const adapter = await openAdapter(assets, opened, question.recipe);
        return emit({ type: 'adapter', id, adapter });
      }
      case 'why':
        return emit({ type: 'why', id, why: await whyOf(assets, question.recipe, question.path) });
      case 'guide':
        return emit({ type: 'guide', id, entries: await guideOf(assets) });
    }
  } catch (error) {
    if (type === 'open-adapter') emit({ type: 'adapter-failed', id, error: errorData(error) });
    else if (type === 'open-model') emit({ type: 'model-failed', id, error: errorData(error) });
    else if (type === 'why') emit({ type: 'why-failed', id, error: errorData(error) });
    else emit({ type: 'inspect-failed', id, error: errorData(error) });
  }
}
