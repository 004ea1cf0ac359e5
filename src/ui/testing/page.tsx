// The page over the fixture, for looking at it without an engine: `npx vite`, then /src/ui/testing/page.html. Not built.
import { withPatch } from '../../engine/index.ts';
import { mountPage } from '../mountPage.tsx';
import { fixPatch } from '../state/fixPatch.ts';
import { startFakeEngine } from './fakeEngine.ts';
import { stripOf } from './fixture.ts';
import { presetEntries } from './presetEntries.ts';

// ?layers=80 shows the strip of a large model.
const layers = Number(new URLSearchParams(location.search).get('layers') ?? 6);
const root = document.getElementById('root');
if (root !== null) {
  mountPage(root, {
    startEngine: (onEvent) =>
      startFakeEngine((event) => {
        if (event.type !== 'inspected') return onEvent(event);
        const { kind } = event.inspection.outcome;
        if (kind === 'cannot-tell' || kind === 'nothing') return onEvent(event);
        const strip = stripOf(kind, layers);
        onEvent({ ...event, inspection: { ...event.inspection, strip } });
      }),
    loadPresets: async () => presetEntries,
    openLink: async (hash, presets) => {
      const chosen = presets.find((preset) => hash.includes(`preset=${preset.id}`)) ?? presets[0];
      if (chosen === undefined) throw new Error('internal: the fixture has no preset');
      const plain = Object.fromEntries(
        [...new URLSearchParams(hash.slice(1))].map(([key, text]) => [
          key,
          Number.isNaN(Number(text)) ? text : Number(text),
        ]),
      );
      const values = withPatch(chosen.values, fixPatch(plain));
      return { recipe: { preset: chosen.id, values }, fingerprint: null, notes: [] };
    },
    writeLink: async (recipe) => `v=1&preset=${recipe.preset}`,
    recipeJson: (recipe) => JSON.stringify(recipe),
    readRecipe: async (text) => JSON.parse(text),
    saveFiles: async () => {},
    keepPage: () => {},
    keepStorage: () => {},
  });
}
