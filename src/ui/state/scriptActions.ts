// What a person does with something pasted: read it, try other versions, apply a fix to its text and take that back, and carry its
// settings over to the form; a recipe file is opened. The inspector reads; the text stays in this tab.
import type { VersionUsed } from '../../engine/index.ts';
import { errorData } from '../../engine/index.ts';
import type { Engines } from './engineHooks.ts';
import type { Edit, PastedScript, Ports } from './state.ts';
import type { Store } from './store.ts';
import { nothingPasted } from './store.ts';

export function scriptActions(
  store: Store,
  ports: Pick<Ports, 'readRecipe'>,
  edit: (change: Edit) => void,
  engines: () => Engines,
) {
  const set = (change: Partial<PastedScript>): void =>
    store.setState(({ script }) => ({ script: { ...script, ...change } }));

  /** Ends a reading on its way: its answer would be of another text. */
  function cancel(): void {
    const { phase, id } = store.getState().script;
    if (phase === 'idle') return;
    engines().ask({ type: 'cancel-script', id });
    set({ phase: 'idle' });
  }

  function read(change: Partial<PastedScript>): void {
    cancel();
    const id = store.getState().script.id + 1;
    set({ failure: null, refused: null, loadedBytes: 0, totalBytes: 0, ...change, id, phase: 'asked' });
    const { text, name, versions } = store.getState().script;
    engines().ask({ type: 'read-script', id, text, name, versions });
  }

  function open(): void {
    store.setState({ dialog: 'paste', sheet: null });
    if (store.getState().script.costBytes === null) engines().ask({ type: 'script-cost' });
  }

  return {
    openPaste: open,
    /** A text from the clipboard or a file. It is read at once where nothing has to be fetched for that. */
    paste: (text: string, name: string | null): void => {
      cancel();
      const { id, costBytes } = store.getState().script;
      set({ ...nothingPasted, id, costBytes, text, name });
      open();
      if (costBytes === 0) read({});
    },
    /** A recipe as this page saves it: opened at once, and undone like other edits. What can't be read of it is told beside the box. */
    openRecipe: async (text: string, name: string): Promise<void> => {
      try {
        const recipe = await ports.readRecipe(text, store.getState().presets);
        cancel();
        store.setState({ dialog: null });
        edit({ kind: 'recipe', recipe });
      } catch (error) {
        cancel();
        const { id, costBytes } = store.getState().script;
        set({ ...nothingPasted, id, costBytes, text, name, failure: errorData(error) });
        open();
      }
    },
    /** A file that is no text was dropped. */
    refusePaste: (name: string): void => {
      set({ refused: name });
      open();
    },
    /** Reads the text in the box, which may be another than the one that was pasted. */
    readScript: (text: string, name: string | null): void =>
      read(text === store.getState().script.text ? {} : { text, name, past: [] }),
    cancelScript: cancel,
    tryVersion: (library: VersionUsed['library'], version: string | null): void => {
      const { [library]: _, ...others } = store.getState().script.versions;
      read({ versions: version === null ? others : { ...others, [library]: version } });
    },
    /** Their text with the fix, read again. Of a notebook or a configuration it is the Python, and no file of that name. */
    applyScriptFix: (source: string): void => {
      const { text, name, past } = store.getState().script;
      const stays = name !== null && /\.py$/i.test(name);
      read({ text: source, name: stays ? name : null, past: [...past, { text, name }] });
    },
    undoScriptFix: (): void => {
      const { past } = store.getState().script;
      const before = past.at(-1);
      if (before !== undefined) read({ ...before, past: past.slice(0, -1) });
    },
    /** Back to the empty box, and nothing of it remembered. */
    forgetScript: (): void => {
      cancel();
      const { id, costBytes } = store.getState().script;
      set({ ...nothingPasted, id, costBytes });
    },
    /** The form as the script has it, and the script itself where the form can't say all of it. */
    takeScript: (): void => {
      const { script } = store.getState();
      if (script.reading === null) return;
      store.setState({ dialog: null });
      edit({ kind: 'script', reading: script.reading });
    },
  };
}
