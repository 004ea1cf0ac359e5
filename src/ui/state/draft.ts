// What of a recipe its address does not hold (own rows, a script's program, a long template), kept on this machine over a reload under the
// address that it belongs to, and each tab's apart: of two tabs at one address each finds its own again. Rows of a file are kept as files
// (rowActions.ts); what is too large for this place is not kept.
import type { Recipe } from '../../engine/index.ts';
import { newName, recall, remember } from './remembered.ts';
import type { Ports, PresetEntry } from './state.ts';

const KEY = 'draft';
/** Characters: what storage takes from one page without pushing out the rest. */
const MOST_KEPT = 1_000_000;
/** Tabs whose drafts are kept: those that wrote last. */
const MOST_TABS = 4;
/** Before the text of a draft: the tab that wrote it. Drafts of earlier pages have none, and are nobody's. */
const OF_TAB = /^tab:([0-9a-f]{0,16})\n/;

/** Which tab this is, as long as it lives: over reloads too. A copy of a tab has the name of the one that it was made of. */
function tabName(): string {
  try {
    const known = sessionStorage.getItem('lora-playground.tab');
    if (known !== null && /^[0-9a-f]{16}$/.test(known)) return known;
    const made = newName();
    sessionStorage.setItem('lora-playground.tab', made);
    return made;
  } catch {
    // Storage is forbidden: nothing is kept anyway.
    return '';
  }
}

interface Draft {
  readonly tab: string;
  /** The address, a line break, the recipe. */
  readonly text: string;
}

const keyOf = (place: number): string => (place === 0 ? KEY : `${KEY}.${place}`);

/** The newest first. */
function drafts(): Draft[] {
  return Array.from({ length: MOST_TABS }, (_, place) => recall(keyOf(place))).flatMap((kept) => {
    if (kept === null) return [];
    const [head = '', tab = ''] = OF_TAB.exec(kept) ?? [];
    return [{ tab, text: kept.slice(head.length) }];
  });
}

function write(all: readonly Draft[]): void {
  let room = 2 * MOST_KEPT;
  for (let place = 0; place < MOST_TABS; place++) {
    const draft = all[place];
    room -= draft?.text.length ?? 0;
    remember(keyOf(place), draft === undefined || room < 0 ? null : `tab:${draft.tab}\n${draft.text}`);
  }
}

/** Keeps a recipe beside its address, where the address does not say all of it. Drafts of other tabs stay. */
export function keepDraft(
  recipe: Recipe,
  presets: readonly PresetEntry[],
  hash: string,
  ports: Pick<Ports, 'recipeJson'>,
): void {
  const { data, program, chatTemplate } = recipe;
  const whole = data !== undefined || program !== undefined || chatTemplate !== undefined;
  const text = whole ? `${hash}\n${ports.recipeJson(recipe, presets)}` : null;
  const tab = tabName();
  const before = drafts();
  const others = before.filter((draft) => draft.tab !== tab);
  const own = text !== null && text.length <= MOST_KEPT ? [{ tab, text }] : [];
  if (own.length > 0 || others.length < before.length) write([...own, ...others]);
}

/** The recipe that was kept for this very address, by this tab before any other; null: none, or one that can't be read any more. */
export async function recallDraft(
  presets: readonly PresetEntry[],
  hash: string,
  ports: Pick<Ports, 'readRecipe'>,
): Promise<Recipe | null> {
  if (hash.length < 2) return null;
  const tab = tabName();
  const found = drafts().filter(({ text }) => text.startsWith(`${hash}\n`));
  const draft = found.find((one) => one.tab === tab) ?? found[0];
  if (draft === undefined) return null;
  try {
    return await ports.readRecipe(draft.text.slice(hash.length + 1), presets);
  } catch {
    // Of another version of the page: the address says what it can.
    return null;
  }
}

export const draftBytes = (): number => drafts().reduce((sum, { text }) => sum + new Blob([text]).size, 0);

export const forgetDraft = (): void => write([]);
