// What the page knows, as plain data. The reducer makes the next state, the panels read it; nothing here computes.
// Beside it the ports: what the page needs from outside.
import type {
  CustomData,
  Diagnosis,
  EngineClient,
  ExportFile,
  Inspection,
  ModelRef,
  ModelSource,
  Recipe,
  RecipePatch,
  RecipeProgram,
  RecipeValues,
  RowStatistics,
  ScriptReading,
  Text,
  Why,
} from '../../engine/index.ts';
import type {
  AdapterSummary,
  BackendChoice,
  BackendKind,
  DeviceInfo,
  EngineErrorData,
  Event,
  FileOnItsWay,
  Fingerprint,
  GuideEntry,
  LoadRate,
  ModelSummary,
  PhaseNote,
  RunPhase,
  SavedRun,
  StepMetrics,
  TakenFile,
  VersionChoice,
} from '../../engine/protocol.ts';
import type { AnswerPair, Said, Untouched } from './answerState.ts';
import type { DialogName, SheetName } from './dialogName.ts';
import type { HubState } from './hubState.ts';
import type { OtherRun } from './otherRun.ts';
import type { Play } from './playState.ts';
import type { RunQueue } from './queueState.ts';
import type { RunsState } from './runsState.ts';

export type { AnswerPair, AnswerSide, Said, Untouched } from './answerState.ts';
export type { DialogName, SheetName } from './dialogName.ts';

export type Language = 'en' | 'zh';
export type Theme = 'system' | 'light' | 'dark';

/** A preset as the page lists it; `values` are the defaults with the preset's patch laid over them. */
export interface PresetEntry {
  readonly id: string;
  readonly title: Text;
  readonly description: Text;
  /** In a few words, for a card. */
  readonly line: Text;
  /** Rows in its data file. */
  readonly rows: number;
  readonly values: RecipeValues;
  readonly prompts: readonly string[];
  /** Of its rows and questions. */
  readonly language: Language;
}

/** One step for the charts: the metrics without the per-tensor norms, of which only the latest are kept. */
export type StepPoint = Omit<StepMetrics, 'tensorNorms'>;

export interface Failure {
  readonly error: EngineErrorData;
  readonly raisedBy: 'python' | 'engine';
}

export interface RunStart {
  readonly trainable: number;
  readonly all: number;
  readonly peakBytes: number;
  readonly totalSteps: number;
  readonly backend: BackendKind;
  readonly dispatchesPerStep: number;
}

export interface Run {
  readonly recipe: Recipe;
  /** Which of the queue's it is; null: a person's own. */
  readonly queued: string | null;
  /** What was asked for last, until the engine reports a phase. */
  readonly phase: RunPhase;
  readonly done: number;
  readonly total: number;
  readonly note: PhaseNote;
  /** Bytes a second and time left while loading. */
  readonly rate: LoadRate | null;
  /** The file that is on its way while loading. */
  readonly file: FileOnItsWay | null;
  readonly start: RunStart | null;
  readonly steps: readonly StepPoint[];
  readonly tensorNorms: readonly number[];
  /** The place of a trained tensor in them by its name, as the tree told it while the form last stood for this run. */
  readonly tensorPlaces: ReadonlyMap<string, number>;
  /** How far the last step moved each tensor; empty until asked. */
  readonly updateNorms: readonly number[];
  readonly warnings: readonly { readonly category: string; readonly message: Text }[];
  readonly answers: readonly AnswerPair[];
  /** All that the trained model has said so far, by step. */
  readonly said: readonly Said[];
  readonly fingerprint: Fingerprint | null;
  readonly failure: Failure | null;
  /** Why the run can't be saved as things stand. */
  readonly unsaved: EngineErrorData | null;
  /** What the doctor finds in the steps so far. */
  readonly diagnosis: Diagnosis | null;
}

/** Files that a person chose together. */
export interface PickedFiles {
  /** The folder's, or the first file's. */
  readonly name: string;
  readonly files: readonly File[];
  /** Of a hub's: where another finds them. */
  readonly source?: ModelSource;
}

/** The model that is open, being read, or was refused. */
export interface OpenModel {
  readonly picked: PickedFiles | null;
  readonly summary: ModelSummary | null;
  readonly failure: EngineErrorData | null;
  readonly reading: boolean;
}

/** An adapter's files as a person chose them. */
export type PickedAdapter = PickedFiles;

/** The adapters that were opened, which of them are used together, and what is being read or was refused. */
export interface OpenAdapter {
  readonly opened: readonly PickedAdapter[];
  /** Those of `opened` that the run goes on from, stacked where several. */
  readonly used: readonly PickedAdapter[];
  readonly summary: AdapterSummary | null;
  readonly failure: EngineErrorData | null;
  readonly reading: boolean;
}

/** Rows that are being read or were refused, and the files that recipes of this page name by their digest. */
export interface OpenRows {
  readonly failure: EngineErrorData | null;
  readonly reading: boolean;
  readonly files: ReadonlyMap<string, File>;
  /** What all rows are like, as they were counted last. */
  readonly statistics: RowStatistics | null;
  /** How far a count is that takes long. */
  readonly counting: { readonly done: number; readonly total: number } | null;
}

/** What a person pasted or dropped, and what was read from it. */
export interface PastedScript {
  readonly text: string;
  /** Of the file it came from. */
  readonly name: string | null;
  /** It is left from an earlier visit. */
  readonly kept: boolean;
  /** Releases chosen in place of those that the text names. */
  readonly versions: VersionChoice;
  /** The texts before each fix that was applied, and the files they came from, for undo. */
  readonly past: readonly Pick<PastedScript, 'text' | 'name'>[];
  /** Of the newest question; answers to older ones are dropped. */
  readonly id: number;
  readonly phase: 'idle' | 'asked' | 'loading' | 'running';
  readonly loadedBytes: number;
  readonly totalBytes: number;
  /** What the first reading fetches; null until the engine said it. */
  readonly costBytes: number | null;
  readonly reading: ScriptReading | null;
  readonly failure: EngineErrorData | null;
  /** Name of a file that holds no text that could be read. */
  readonly refused: string | null;
}

export interface PageState {
  /** Whether the presets are here and the address was read: before that nothing is trained, and the address stays as it is. */
  readonly opened: boolean;
  /** Why they are not. */
  readonly openFailure: EngineErrorData | null;
  readonly presets: readonly PresetEntry[];
  readonly recipe: Recipe;
  readonly past: readonly Recipe[];
  readonly future: readonly Recipe[];
  /** The key edited last and when, so that one drag of a slider is one undo. */
  readonly lastEdit: { readonly key: string; readonly atMs: number } | null;
  readonly inspection: Inspection | null;
  readonly inspectFailure: EngineErrorData | null;
  /** Id of the newest inspection asked for; older answers are dropped. */
  readonly inspectId: number;
  /** The script with the first fix applied; null until the inspector has written it. */
  readonly fixedScript: string | null;
  readonly device: DeviceInfo | null;
  readonly script: PastedScript;
  /** About the selected row. */
  readonly why: Why | null;
  /** Why that could not be told. */
  readonly whyFailure: EngineErrorData | null;
  /** The guide's advice with its outcomes; null until asked. */
  readonly guide: readonly GuideEntry[] | null;
  /** Parameters whose flag or gradient the last edit changed. */
  readonly changed: ReadonlySet<string>;
  readonly model: OpenModel;
  readonly hub: HubState;
  readonly adapter: OpenAdapter;
  readonly rows: OpenRows;
  readonly runs: RunsState;
  readonly queue: RunQueue;
  /** A run that an earlier visit left unfinished. */
  readonly saved: SavedRun | null;
  /** Why a saved run, kept here or in a file that was opened, can't be used. */
  readonly savedRefusal: { readonly from: 'store' | 'file'; readonly error: EngineErrorData } | null;
  /** The run of another tab of this page. */
  readonly elsewhere: OtherRun | null;
  readonly backend: BackendChoice;
  readonly run: Run | null;
  /** Steps between two askings while a run trains; 0: never. */
  readonly askEvery: number;
  readonly untouched: Untouched;
  /** What is played on the strip. */
  readonly play: Play | null;
  /** Answers asked for outside a run, by ask id: the prompt's place in the answers. */
  readonly asked: Readonly<Record<number, readonly number[]>>;
  readonly linkNotes: readonly Text[];
  /** Fingerprint that came with the link, to compare the run with. */
  readonly expected: Fingerprint | null;
  /** In a frame of a lesson: questions may be asked, and it may be trained; nothing of the recipe is changed. */
  readonly readOnly: boolean;
  readonly language: Language;
  readonly theme: Theme;
  readonly keysOn: boolean;
  readonly selectedPath: string | null;
  /** A newer version of the page lies ready. */
  readonly newer: boolean;
  readonly dialog: DialogName | null;
  readonly sheet: SheetName | null;
}

/** What a link said. */
export interface OpenedLink {
  readonly recipe: Recipe;
  readonly fingerprint: Fingerprint | null;
  readonly notes: readonly Text[];
}

/** Everything the page needs from outside, so that tests can bring their own. */
export interface Ports {
  startEngine(onEvent: (event: Event) => void, silentForMs?: number): EngineClient;
  loadPresets(): Promise<readonly PresetEntry[]>;
  /** `hash` begins with '#', or is empty. */
  openLink(hash: string, presets: readonly PresetEntry[]): Promise<OpenedLink>;
  /** The part behind '#', without it. */
  writeLink(
    recipe: Recipe,
    presets: readonly PresetEntry[],
    options: {
      readonly includeData: boolean;
      readonly includeProgram?: boolean;
      readonly includeTemplate?: boolean;
      readonly fingerprint: Fingerprint | null;
    },
  ): Promise<string>;
  /** Has the browser keep the page for days without a network; told how a newer version is taken when one lies ready. */
  keepPage(onNewer: (take: () => void) => void): void;
  /** Asks the browser not to throw away what is saved when space is short. */
  keepStorage(): void;
  recipeJson(recipe: Recipe, presets: readonly PresetEntry[]): string;
  /** The recipe of such a file; rejects with a UserError that names the field. */
  readRecipe(text: string, presets: readonly PresetEntry[]): Promise<Recipe>;
  /** Hands files to the person: one as it is, several as a zip. */
  saveFiles(folder: string, files: readonly (ExportFile | TakenFile)[]): Promise<void>;
}

export type Edit =
  | { readonly kind: 'values'; readonly patch: RecipePatch }
  /** The last values hold from the first step on. */
  | { readonly kind: 'throughout' }
  | { readonly kind: 'preset'; readonly id: string }
  /** All of it, out of a file. */
  | { readonly kind: 'recipe'; readonly recipe: Recipe }
  /** A script as it was read, in the place of one that was there. */
  | { readonly kind: 'script'; readonly reading: Pick<ScriptReading, 'patch' | 'unsaid' | 'program'> }
  /** The script's program after a fix. */
  | { readonly kind: 'program'; readonly program: RecipeProgram }
  /** Goes on without the script's program; the settings stay, with those laid over them. */
  | { readonly kind: 'settings-alone'; readonly patch: RecipePatch }
  | { readonly kind: 'data'; readonly data: CustomData | null }
  | { readonly kind: 'model'; readonly model: ModelRef | null; readonly patch: RecipePatch }
  | { readonly kind: 'adapter'; readonly adapter: ModelRef | null; readonly patch: RecipePatch }
  | { readonly kind: 'prompts'; readonly prompts: readonly string[] }
  /** null: the model's own. */
  | { readonly kind: 'template'; readonly template: string | null };
