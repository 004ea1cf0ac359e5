// Anything dropped on the page, or pasted outside a field: a model file, a saved run or a recipe is opened, every other file and every text of
// several lines is read as a script. What drops into a field's own zone is that field's.
import type { Actions } from '../../state/actions.ts';
import type { Store } from '../../state/store.ts';

/** A notebook with its pictures has some; larger files hold no script. */
const largestBytes = 32 * 1024 * 1024;
const typing = 'input, textarea, select, [contenteditable]';

type Doors = Pick<Actions, 'openModel' | 'openRun' | 'openRecipe' | 'paste' | 'refusePaste'>;

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** The file's text; null where it is none: too large, zero bytes among its first, or, as a folder, not to be read. */
async function textIn(file: File): Promise<string | null> {
  if (file.size > largestBytes) return null;
  try {
    const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
    return head.includes(0) ? null : await file.text();
  } catch {
    return null;
  }
}

/** Whether the text is meant as a recipe: what is wrong in it is its reader's to say. */
function isRecipe(text: string): boolean {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === 'object' && json !== null && 'version' in json && 'preset' in json;
  } catch {
    return false;
  }
}

/** Opens what the file is for. */
export async function take(file: File, actions: Doors): Promise<void> {
  const name = file.name.toLowerCase();
  if (name.endsWith('.gguf')) return actions.openModel(file);
  if (name.endsWith('.lora-run')) return actions.openRun(file);
  const text = await textIn(file);
  if (text === null) actions.refusePaste(file.name);
  else if (name.endsWith('.json') && isRecipe(text)) await actions.openRecipe(text, file.name);
  else actions.paste(text, file.name);
}

export function listenToDrops(store: Store, actions: Doors): void {
  const page = document.documentElement;
  const hover = (on: boolean): void => void page.toggleAttribute('data-dropping', on);
  document.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    if (!event.defaultPrevented) hover(true);
    event.preventDefault();
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hover(false);
  });
  document.addEventListener('drop', (event) => {
    hover(false);
    if (event.defaultPrevented || !carriesFiles(event)) return;
    event.preventDefault();
    const [file] = event.dataTransfer?.files ?? [];
    if (file !== undefined) void take(file, actions);
  });
  document.addEventListener('paste', (event) => {
    const { dialog } = store.getState();
    if (event.target instanceof Element && event.target.closest(typing) !== null) return;
    if (dialog !== null && dialog !== 'paste') return;
    const [file] = event.clipboardData?.files ?? [];
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (file === undefined && !/\S\s*\n\s*\S/.test(text)) return;
    event.preventDefault();
    if (file !== undefined) void take(file, actions);
    else actions.paste(text, null);
  });
}
