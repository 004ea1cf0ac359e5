// The strip's play: one switch of the recipe on the page is turned, the strip is cut, and the doctor's first fix mends it. Nothing is drawn that the
// inspector did not read off the recording of these very settings; the recipe itself stays as it is.
import type { Inspection, Recipe, RecipePatch } from '../../engine/index.ts';
import { withPatch } from '../../engine/index.ts';
import type { Command, Event } from '../../engine/protocol.ts';
import { fixPatch } from './fixPatch.ts';
import type { PageState } from './state.ts';
import type { Store } from './store.ts';

/** Ids of inspections that no other asks for. */
const CUT = -(2 ** 31);
const MENDED = CUT - 1;
export const isOfPlay = (id: number): boolean => id <= CUT;

/** Checkpointing of the old kind under an adapter that the script attaches itself. */
const turned: RecipePatch = {
  'wiring.attach': 'get_peft_model',
  'train.gradient_checkpointing': true,
  'train.use_reentrant': 'true',
};
const turnedOf = (recipe: Recipe): Recipe => ({ ...recipe, values: withPatch(recipe.values, turned) });

/** The state with an inspection of the play in it. */
export function played(state: PageState, event: Extract<Event, { type: 'inspected' }>): PageState {
  if (state.play === null) return state;
  const { inspection } = event;
  return { ...state, play: { ...state.play, [event.id === CUT ? 'cut' : 'mended']: inspection } };
}

/** What the strip draws: the scene's inspection, as soon as it is known. */
export function shownInspection({
  play,
  inspection,
}: Pick<PageState, 'play' | 'inspection'>): Inspection | null {
  if (play?.scene === 'cut') return play.cut ?? inspection;
  if (play?.scene === 'mended') return play.mended ?? inspection;
  return inspection;
}

export function playActions(store: Store, ask: (command: Command) => void) {
  return {
    play: (): void => {
      store.setState({ play: { scene: 'turns', cut: null, mended: null } });
      ask({ type: 'inspect', id: CUT, recipe: turnedOf(store.getState().recipe) });
    },
    /** The next scene; after the last one the strip is the recipe's again. */
    playOn: (): void => {
      const { play, recipe } = store.getState();
      if (play === null) return;
      const fix = play.cut?.diagnosis?.fixes[0];
      const scene = play.scene === 'turns' ? 'cut' : 'mended';
      const over = play.scene === 'mended' || fix === undefined;
      store.setState({ play: over ? null : { ...play, scene } });
      if (over || scene === 'mended') return;
      const cut = turnedOf(recipe);
      const values = withPatch(cut.values, fixPatch(fix.patch));
      ask({ type: 'inspect', id: MENDED, recipe: { ...cut, values } });
    },
    stopPlay: (): void => {
      if (store.getState().play !== null) store.setState({ play: null });
    },
  };
}
