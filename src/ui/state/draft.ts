// What of a recipe its address does not hold (own rows, a script's program, a long template), kept on this machine over a reload under the
// address that it belongs to. Rows of a file are kept as files (rowActions.ts); what is too large for this place is not kept.
import type { Recipe } from '../../engine/index.ts';
import { recall, remember } from './remembered.ts';
import type { Ports, PresetEntry } from './state.ts';

const KEY = 'draft';
/** Characters: what storage takes from one page without pushing out the rest. */
const MOST_KEPT = 1_000_000;

/** Keeps a recipe beside its address, where the address does not say all of it. */
export function keepDraft(
  recipe: Recipe,
  presets: readonly PresetEntry[],
  hash: string,
  ports: Pick<Ports, 'recipeJson'>,
): void {
  const { data, program, chatTemplate } = recipe;
  const whole = data !== undefined || program !== undefined || chatTemplate !== undefined;
  const draft = whole ? `${hash}\n${ports.recipeJson(recipe, presets)}` : null;
  remember(KEY, draft !== null && draft.length <= MOST_KEPT ? draft : null);
}

/** The recipe that was kept for this very address; null: none, or one that can't be read any more. */
export async function recallDraft(
  presets: readonly PresetEntry[],
  hash: string,
  ports: Pick<Ports, 'readRecipe'>,
): Promise<Recipe | null> {
  const draft = recall(KEY);
  const end = draft?.indexOf('\n') ?? -1;
  if (draft === null || hash.length < 2 || end < 0 || draft.slice(0, end) !== hash) return null;
  try {
    return await ports.readRecipe(draft.slice(end + 1), presets);
  } catch {
    // Of another version of the page: the address says what it can.
    return null;
  }
}

export const draftBytes = (): number => new Blob([recall(KEY) ?? '']).size;

export const forgetDraft = (): void => remember(KEY, null);
