// Choosing the base model: its files are read by both engines, and it becomes the recipe's model when the inspector understood it.
import type { ModelRef, ModelSource, RecipePatch } from '../../engine/index.ts';
import { namedSource, ownModels } from '../../engine/index.ts';
import type { Event } from '../../engine/protocol.ts';
import type { Engines } from './engineHooks.ts';
import { keepOpened, openAllowed } from './openedFiles.ts';
import { presetValues } from './recipeEdits.ts';
import { isBusy } from './runStatus.ts';
import type { Edit, PickedFiles } from './state.ts';
import type { Store } from './store.ts';

/** What a real model wants that the small embedded one does not: its file's own blocks, and smaller steps. */
export const forFiles: RecipePatch = { 'bnb.bnb_4bit_quant_type': 'none', 'train.learning_rate': 5e-4 };

/** Whether the recipe names this very model: by its digest, or, where nobody has seen that, by its source. */
const isWanted = (model: ModelRef | undefined, digest: string, source: ModelSource | undefined): boolean =>
  model !== undefined &&
  (model.digest === digest ||
    (model.digest === '' &&
      source !== undefined &&
      model.source !== undefined &&
      namedSource(model.source) === namedSource(source)));

export function modelActions(
  store: Store,
  parts: { readonly edit: (change: Edit) => void; readonly reset: () => void },
  engines: () => Engines,
) {
  let lastId = 0;

  function openPicked(picked: PickedFiles): void {
    lastId += 1;
    store.setState({ model: { picked, summary: null, failure: null, reading: true } });
    engines().openModel(lastId, picked);
  }

  /** The memory of a run on another model is freed; a run at work is left alone. */
  function dropIdleRun(): void {
    const { run } = store.getState();
    if (run !== null && !isBusy(run)) parts.reset();
  }

  return {
    /** A GGUF file, or a model's files; of those that came from a folder, the folder's name too. */
    openModel: (files: readonly File[], folder: string | null = null): void => {
      const [first] = files;
      if (first === undefined) return;
      openPicked({ name: folder ?? first.name, files });
    },
    openPicked,
    /** A model of this machine whose copy is kept here is open without being chosen again. */
    findModel: async (wanted: ModelRef | undefined): Promise<void> => {
      if (wanted === undefined || wanted.source !== undefined) return;
      const found = (await (await ownModels()).find(wanted.digest)) ?? (await openAllowed(wanted.digest));
      const { model, recipe } = store.getState();
      // Opened by hand, or another one wanted meanwhile.
      if (found === null || model.reading || recipe.model?.digest !== wanted.digest) return;
      if (model.summary?.digest !== wanted.digest) openPicked(found);
    },
    useEmbeddedModel: (): void => {
      const { presets, recipe } = store.getState();
      const values = presetValues(presets, recipe.preset);
      const patch: RecipePatch = {
        'bnb.bnb_4bit_quant_type': values['bnb.bnb_4bit_quant_type'],
        'train.learning_rate': values['train.learning_rate'],
      };
      store.setState({ dialog: null });
      dropIdleRun();
      parts.edit({ kind: 'model', model: null, patch });
    },
    /** What the inspector says of a file. A saved recipe that names it keeps its own settings. */
    onModel: (event: Extract<Event, { type: 'model' | 'model-failed' }>): void => {
      const { model, recipe } = store.getState();
      if (event.id !== lastId) return;
      if (event.type === 'model-failed') {
        store.setState({ model: { ...model, summary: null, failure: event.error, reading: false } });
        return;
      }
      store.setState({
        model: { ...model, summary: event.model, failure: null, reading: false },
        dialog: null,
      });
      const { name, digest } = event.model;
      const source = model.picked?.source;
      const wanted = isWanted(recipe.model, digest, source);
      if (!wanted) dropIdleRun();
      const patch: RecipePatch = wanted ? {} : forFiles;
      if (!source && model.picked !== null) keepOpened(digest, model.picked.name, model.picked.files);
      parts.edit({ kind: 'model', model: { name, digest, ...(source ? { source } : {}) }, patch });
    },
  };
}
