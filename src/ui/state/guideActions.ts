// The guide's cases: what is known of each under every stack, and one of them in the form.
import type { RecipeValues } from '../../engine/index.ts';
import { defaultValues } from '../../engine/index.ts';
import type { Command, GuideEntry } from '../../engine/protocol.ts';
import type { Edit } from './state.ts';
import type { Store } from './store.ts';

export function guideActions(store: Store, edit: (change: Edit) => void, ask: (command: Command) => void) {
  return {
    askGuide: () => ask({ type: 'guide', id: 0 }),
    /** Puts a case of the guide into the form, under one stack. */
    tryAdvice: (
      { base, change, rows }: Pick<GuideEntry, 'base' | 'change' | 'rows'>,
      stack: RecipeValues['wiring.stack'],
    ) => {
      store.setState({ dialog: null });
      // What it repairs is opened broken, so that it can be seen and repaired; what it breaks or hides, with the advice taken.
      const { before, after } = rows.find((row) => row.stack === stack) ?? {
        before: 'trains',
        after: 'trains',
      };
      const repaired = after === 'trains' && before !== 'trains';
      const patch = { ...defaultValues, ...base, ...(repaired ? {} : change), 'wiring.stack': stack };
      edit({ kind: 'settings-alone', patch });
    },
  };
}
