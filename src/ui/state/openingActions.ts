// The page's first recipe: presets are fetched, an address or a draft is read, and what it names of files of this machine is looked for.
import type { ModelSource, Recipe } from '../../engine/index.ts';
import { recallDraft } from './draft.ts';
import { presetRecipe } from './recipeEdits.ts';
import type { Ports } from './state.ts';
import type { Store } from './store.ts';

/** What is done with a recipe that was opened. */
interface Parts {
  readonly inspectSoon: () => void;
  readonly openKept: (source: ModelSource) => void;
  readonly findModel: (model: Recipe['model']) => unknown;
  readonly findRows: (data: Recipe['data']) => unknown;
}

export function openingActions(store: Store, ports: Ports, parts: Parts) {
  async function fetchPresets(): Promise<void> {
    const presets = await ports.loadPresets();
    const { recipe } = store.getState();
    const known = presets.some((preset) => preset.id === recipe.preset);
    store.setState({
      presets,
      recipe: presetRecipe(presets, known ? recipe.preset : (presets[0]?.id ?? '')),
    });
  }

  /** Takes the recipe of a link, or of the first preset; called at the start and when the hash changes by hand. */
  async function open(hash: string): Promise<void> {
    const { presets, recipe } = store.getState();
    const opened = await ports.openLink(hash, presets);
    const named = hash.length > 1 ? opened.recipe : presetRecipe(presets, recipe.preset);
    const first = (await recallDraft(presets, hash, ports)) ?? named;
    store.setState({
      recipe: first,
      linkNotes: opened.notes,
      expected: opened.fingerprint,
      past: [],
      future: [],
    });
    parts.inspectSoon();
    if (first.model?.source) parts.openKept(first.model.source);
    void parts.findModel(first.model);
    void parts.findRows(first.data);
  }

  return { fetchPresets, open };
}
