// Anything dropped on the page, or pasted outside a field: a model (its file, files or folder), an adapter, saved runs, a recipe, a recipe's
// link or a file of rows is opened, every other file and every text of several lines is read as a script. What drops into a field's own zone
// is that field's; nothing that is dropped anywhere leads away from the page.
import type { Actions } from '../../state/actions.ts';
import type { Store } from '../../state/store.ts';

/** A notebook with its pictures has some; larger files hold no script. */
const largestBytes = 32 * 1024 * 1024;
const severalLines = /\S\s*\n\s*\S/;
const typing = 'input, textarea, select, [contenteditable]';

type Doors = Pick<
  Actions,
  'openModel' | 'dropAdapter' | 'openRun' | 'dropRuns' | 'openRecipe' | 'dropRows' | 'paste' | 'refusePaste'
>;

/** Files that hold rows and nothing else. A .json may be a configuration: one that is a list of objects holds rows. */
const rowsEnding = /\.(csv|tsv|tab|jsonl|ndjson|parquet|pq)$/;
const rowsJson = /^\ufeff?\s*\[\s*\{/;

const inField = ({ target }: Event): boolean => target instanceof Element && target.closest(typing) !== null;
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

/** Names of an archive's entries stand at its end; as many as say what it is of. */
const directoryBytes = 64 * 1024;

/** Whether an archive holds runs of this page. */
async function holdsRuns(zip: File): Promise<boolean> {
  const end = await zip.slice(Math.max(0, zip.size - directoryBytes)).text();
  return end.includes('.lora-run');
}

const isAdapterWeights = ({ name }: File): boolean => /^adapter_model\.(safetensors|bin)$/.test(name);

/** The recipe in a link of this page, as its address has it; null: another link, or none. */
export function recipeIn(text: string): string | null {
  try {
    const { hash } = new URL(text.trim());
    return /^#v=\d|[#&]preset=/.test(hash) ? hash : null;
  } catch {
    return null;
  }
}

/** A text that was dropped: a link of this page is opened, several lines are read as a script, one word is nothing. */
export function takeText(text: string, actions: Pick<Doors, 'paste'>, goTo: (hash: string) => void): void {
  const hash = recipeIn(text);
  if (hash !== null) goTo(hash);
  else if (severalLines.test(text)) actions.paste(text, null);
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

export interface Dropped {
  readonly files: readonly File[];
  /** Name of the folder that they lie in. */
  readonly folder: string | null;
}

/** Opens what the files are for. */
export async function take({ files, folder }: Dropped, actions: Doors): Promise<void> {
  const [file] = files;
  if (file === undefined) return;
  const name = file.name.toLowerCase();
  const named = (ending: string): boolean => files.some((one) => one.name.toLowerCase().endsWith(ending));
  if (files.some(isAdapterWeights)) return actions.dropAdapter(files, folder);
  if (
    named('.gguf') ||
    named('.safetensors') ||
    named('.onnx') ||
    files.some((one) => one.name === 'config.json')
  )
    return actions.openModel(files, folder);
  const runs = files.filter((one) => /\.lora-run$/i.test(one.name));
  if (runs.length > 1) return actions.dropRuns(runs);
  if (runs.length === 1) return actions.openRun(file);
  if (name.endsWith('.zip'))
    return (await holdsRuns(file)) ? actions.dropRuns([file]) : actions.dropAdapter([file], null);
  if (rowsEnding.test(name)) return actions.dropRows(file);
  const text = await textIn(file);
  if (text === null) actions.refusePaste(file.name);
  else if (name.endsWith('.json') && rowsJson.test(text)) actions.dropRows(file);
  else if (name.endsWith('.json') && isRecipe(text)) await actions.openRecipe(text, file.name);
  else actions.paste(text, file.name);
}

// Chromium has no such classes for a script to ask by name.
const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry | null): entry is FileSystemDirectoryEntry =>
  entry?.isDirectory ?? false;

/** Files of a folder itself, and of one named `onnx` in it, where exports lie; those that can't be read are left out. */
function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const fileOf = (entry: FileSystemEntry): Promise<File | readonly File[]> =>
    new Promise((resolve) => {
      if (isFile(entry)) entry.file(resolve, () => resolve([]));
      else resolve(isFolder(entry) && entry.name === 'onnx' ? filesIn(entry) : []);
    });
  // Browsers give a hundred at a time, and none at the end.
  const more = (before: readonly FileSystemEntry[]): Promise<readonly FileSystemEntry[]> =>
    new Promise((resolve) => {
      reader.readEntries(
        (some) => resolve(some.length === 0 ? before : more([...before, ...some])),
        () => resolve(before),
      );
    });
  return more([])
    .then((entries) => Promise.all(entries.map(fileOf)))
    .then((files) => files.flat());
}

/** What was dropped. The list is the browser's and is empty once its event is over: what it holds is taken at once. */
function droppedOf(data: DataTransfer): Promise<Dropped> {
  const files = [...data.files];
  const [folder] = [...data.items].map((item) => item.webkitGetAsEntry()).filter(isFolder);
  if (!folder) return Promise.resolve({ files, folder: null });
  return filesIn(folder).then((inside) => {
    const model = inside.some(
      ({ name }) => name === 'config.json' || /\.(safetensors|gguf|onnx)$/i.test(name),
    );
    return model ? { files: inside, folder: folder.name } : { files, folder: null };
  });
}

export function listenToDrops(store: Store, actions: Doors): void {
  const page = document.documentElement;
  const hover = (on: boolean): void => void page.toggleAttribute('data-dropping', on);
  document.addEventListener('dragover', (event) => {
    if (inField(event) && !carriesFiles(event)) return;
    if (!event.defaultPrevented && carriesFiles(event)) hover(true);
    // A link that drops where nobody takes it leads away from the page.
    event.preventDefault();
  });
  document.addEventListener('dragleave', (event) => {
    if (event.relatedTarget === null) hover(false);
  });
  document.addEventListener('drop', (event) => {
    hover(false);
    if (event.defaultPrevented || (inField(event) && !carriesFiles(event))) return;
    event.preventDefault();
    if (!event.dataTransfer) return;
    if (!carriesFiles(event))
      takeText(event.dataTransfer.getData('text/plain'), actions, (hash) => {
        location.hash = hash;
      });
    else void droppedOf(event.dataTransfer).then((dropped) => take(dropped, actions));
  });
  document.addEventListener('paste', (event) => {
    const { dialog } = store.getState();
    if (event.target instanceof Element && event.target.closest(typing) !== null) return;
    if (dialog !== null && dialog !== 'paste') return;
    const [file] = event.clipboardData?.files ?? [];
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (file === undefined && !severalLines.test(text)) return;
    event.preventDefault();
    if (file !== undefined) void take({ files: [file], folder: null }, actions);
    else actions.paste(text, null);
  });
}
