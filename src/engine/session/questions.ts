// Questions that are answered at once, whatever runs, for they touch no device: what a recipe is, why a
// parameter gets no gradient, what advice does where, what a model file holds.

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
import { RowsDesk } from './lookAtRows.ts';
import { modelSummary } from './modelSummary.ts';
import { openAdapter } from './openAdapter.ts';
import { firstRows } from './preparedRows.ts';
import { scriptBundle } from './scriptBundle.ts';
import { showTemplate } from './showTemplate.ts';
import { weighRuns } from './weighRuns.ts';

/** Who asks, and through whom the answer goes. */
export interface Asking {
  readonly assets: Assets;
  /** Resolves after messages that wait have been handled. */
  readonly breathe: () => Promise<void>;
  readonly emit: (event: Event) => void;
}

/** One for each session's assets, as long as they live. */
const desks = new WeakMap<Assets, RowsDesk>();

function deskOf({ assets, breathe }: Asking): RowsDesk {
  const desk = desks.get(assets) ?? new RowsDesk(assets, breathe);
  desks.set(assets, desk);
  return desk;
}

async function whyOf({ assets, breathe }: Asking, recipe: Recipe, path: string): Promise<Why | null> {
  const [files, source] = await Promise.all([assets.model(recipe), assets.rows(recipe)]);
  const { facts, largest } = await firstRows(source, files.tokenizer, recipe.values, breathe);
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
  {
    type:
      | 'inspect'
      | 'weigh-runs'
      | 'open-model'
      | 'open-adapter'
      | 'open-rows'
      | 'hold-rows'
      | 'look-at-rows'
      | 'count-rows'
      | 'show-template'
      | 'bundle'
      | 'why'
      | 'guide';
  }
>;

const kinds: ReadonlySet<Command['type']> = new Set([
  ...([
    'inspect',
    'weigh-runs',
    'open-model',
    'open-adapter',
    'open-rows',
    'hold-rows',
    'look-at-rows',
    'count-rows',
    'show-template',
    'bundle',
    'why',
    'guide',
  ] as const),
]);
export const isQuestion = (command: Command): command is Question => kinds.has(command.type);

/** Never rejects: what can't be answered is an event too. */
export async function answer(question: Question, asking: Asking): Promise<void> {
  const { assets, emit, breathe } = asking;
  if (question.type === 'hold-rows')
    return assets.shelf.hold(question.digest, blobSource(question.name, question.file));
  const { id, type } = question;
  try {
    switch (type) {
      case 'inspect':
        return emit({
          type: 'inspected',
          id,
          inspection: await inspectRecipe(assets, question.recipe, breathe, question.onOrt),
        });
      case 'weigh-runs': {
        return emit({ type: 'runs-weighed', id, runs: await weighRuns(assets, question, breathe) });
      }
      case 'open-model': {
        const files = await assets.openModel(
          question.name,
          question.files.map(({ name, file }) => blobSource(name, file)),
        );
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
      case 'open-rows': {
        const source = blobSource(question.name, question.file);
        return emit({
          type: 'rows',
          id,
          rows: await assets.shelf.open(source, question.format ?? undefined, question.source ?? undefined),
        });
      }
      case 'look-at-rows':
        return emit({
          type: 'rows-seen',
          id,
          view: await deskOf(asking).look(question.recipe, question.asked),
        });
      case 'count-rows': {
        const told = (done: number, total: number): void =>
          emit({ type: 'rows-counted', id, done, total, statistics: null });
        const statistics = await deskOf(asking).countNewest(question.recipe, told);
        if (statistics === null) return;
        const { rows } = statistics;
        return emit({ type: 'rows-counted', id, done: rows, total: rows, statistics });
      }
      case 'show-template':
        return emit({ type: 'template-seen', id, view: await showTemplate(assets, question.recipe) });
      case 'bundle':
        return emit({
          type: 'exported',
          id,
          folder: 'script',
          files: (await scriptBundle(assets, question.recipe)).map(({ name, bytes }) => ({
            name,
            file: new Blob([bytes]),
          })),
        });
      case 'why':
        return emit({ type: 'why', id, why: await whyOf(asking, question.recipe, question.path) });
      case 'guide':
        return emit({ type: 'guide', id, entries: await guideOf(assets) });
    }
  } catch (error) {
    if (type === 'open-adapter') emit({ type: 'adapter-failed', id, error: errorData(error) });
    else if (type === 'open-model') emit({ type: 'model-failed', id, error: errorData(error) });
    else if (type === 'open-rows') emit({ type: 'rows-failed', id, error: errorData(error) });
    else if (type === 'look-at-rows' || type === 'count-rows')
      emit({ type: 'rows-unseen', id, error: errorData(error) });
    else if (type === 'show-template') {
      const { message, remedy } = errorData(error);
      emit({
        type: 'template-seen',
        id,
        view: { own: null, text: '', spans: [], problem: { message, remedy } },
      });
    } else if (type === 'bundle') emit({ type: 'bundle-failed', id, error: errorData(error) });
    else if (type === 'why') emit({ type: 'why-failed', id, error: errorData(error) });
    else emit({ type: 'inspect-failed', id, error: errorData(error) });
  }
}
