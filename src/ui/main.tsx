// The page's entry: the real engine behind the page's ports. Anything that decides lives elsewhere.
import {
  defaultValues,
  formatLink,
  invariant,
  pagePresets,
  parseLink,
  readRecipe,
  recipeJson,
  startEngine,
  withPatch,
} from '../engine/index.ts';
import { mountPage } from './mountPage.tsx';
import { saveFiles } from './parts/saveFile.ts';

const root = document.getElementById('root');
invariant(root !== null, 'index.html has no #root');
// A task of its own: the page's program has just been read in this one.
setTimeout(() =>
  mountPage(root, {
    startEngine,
    loadPresets: async () => {
      const presets = await pagePresets(new URL('./', location.href).href);
      return presets.map(({ id, title, description, line, rows, prompts, settings, language }) => ({
        id,
        title,
        description,
        line,
        rows,
        prompts,
        language,
        values: withPatch(defaultValues, settings),
      }));
    },
    openLink: parseLink,
    writeLink: formatLink,
    recipeJson,
    readRecipe,
    // Once the page stands: it fetches what was fetched already, and what may be wanted without a network.
    keepPage: (onNewer) => {
      if (!import.meta.env.PROD) return;
      const folder = new URL('./', location.href).href;
      const keep = (): void =>
        void import('./offline/keepPage.ts').then((page) => page.keepPage(folder, onNewer)).catch(() => {});
      if (document.readyState === 'complete') keep();
      else addEventListener('load', keep, { once: true });
    },
    // Refused or not offered: what is saved then stands as long as there is room.
    keepStorage: () => void navigator.storage?.persist?.().catch(() => {}),
    saveFiles,
  }),
);
