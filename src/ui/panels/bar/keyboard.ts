// Shortcuts of the whole page. They stay quiet while someone types, while a control has its own use for the key, and
// while a dialog is open; undo works everywhere but in text fields, which have their own.
import { tinykeys } from 'tinykeys';
import type { Actions } from '../../state/actions.ts';
import type { Store } from '../../state/store.ts';

const typing = 'input, textarea, select, [contenteditable]';
/** A list that takes letters: a name is found by typing it. The strip's cells have none. */
const list = '[role="listbox"]:not(.strip-cells)';
const ownSpace = `${typing}, .strip-cells, button, a, summary, [role="row"], [role="slider"], [role="option"], [role="radio"], [role="checkbox"], [role^="menuitem"], [role="tab"]`;

const inside = (event: KeyboardEvent, selector: string): boolean =>
  event.target instanceof Element && event.target.closest(selector) !== null;

/** Listens on the window until the returned function is called. */
export function listenToKeys(store: Store, actions: Actions): () => void {
  const single =
    (run: () => void, busyWith: string) =>
    (event: KeyboardEvent): void => {
      const { keysOn, dialog, sheet } = store.getState();
      if (!keysOn || dialog !== null || sheet !== null || inside(event, busyWith)) return;
      if (inside(event, `[role="dialog"], [role="menu"], ${list}`)) return;
      event.preventDefault();
      run();
    };
  const history =
    (run: () => void) =>
    (event: KeyboardEvent): void => {
      if (inside(event, typing)) return;
      event.preventDefault();
      run();
    };
  return tinykeys(window, {
    Space: single(actions.toggleRun, ownSpace),
    '.': single(actions.step, typing),
    r: single(actions.resetOrAsk, typing),
    p: single(actions.openPaste, typing),
    s: single(() => actions.openDialog('share'), typing),
    h: single(() => actions.openDialog('runs'), typing),
    'Shift+?': single(() => actions.openDialog('keys'), typing),
    '$mod+z': history(actions.undo),
    '$mod+Shift+z': history(actions.redo),
    '$mod+y': history(actions.redo),
  });
}
