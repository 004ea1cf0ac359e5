// The worker boundary: commands in, events out, as discriminated unions. What arrives has its type from the check of `decode.ts` and from nowhere else.

import type { AnswersCommand, AnswersEvent } from './answerMessages.ts';
import type { RowStatistics } from './data/rowStatistics.ts';
import type { FloatType } from './exchange/export/floatBytes.ts';
import type { ExportFormat } from './exchange/export/formats.ts';
import type { HubCommand, HubEvent, HubWeighed } from './hub/messages.ts';
import type { Diagnosis, Inspection } from './laboratory/inspect/inspection.ts';
import type { Why } from './laboratory/inspect/why.ts';
import type { ScriptReading, VersionUsed } from './laboratory/script/scriptReading.ts';
import type { ChangePatch } from './recipe/changes.ts';
import type { Fingerprint } from './recipe/fingerprint.ts';
import type { Recipe } from './recipe/recipe.ts';
import type { DataSource } from './recipe/rows/dataSource.ts';
import type { DataFormat } from './recipe/rows/ownRows.ts';
import type { FileOnItsWay, LoadRate, PhaseNote, RunPhase } from './runPhases.ts';
import type { TakenFile } from './session/exportPlace.ts';
import type { RowsAsked, RowsView } from './session/lookAtRows.ts';
import type { OpinionCommand, OpinionEvent } from './session/opinionMessages.ts';
import type { RowScoresCommand, RowScoresEvent } from './session/rowScores.ts';
import type { OpenedRows } from './session/rowShelf.ts';
import type { RunsCommand, RunsEvent } from './session/runMessages.ts';
import type { RunName } from './session/runNote.ts';
import type { TemplateView } from './session/showTemplate.ts';
import type { RunsToWeigh, WeighedRun } from './session/weighedRuns.ts';
import type { AdapterSummary, EngineErrorData, GuideEntry, ModelSummary, SavedRun } from './summaries.ts';
import type { BackendChoice, BackendKind, DeviceInfo } from './training/backends/deviceInfo.ts';
import type { StepMetrics } from './training/metrics.ts';

export type { ErrorCode } from './errorCodes.ts';
export type { FloatType } from './exchange/export/floatBytes.ts';
export type { ExportFormat } from './exchange/export/formats.ts';
export type { DatasetView, WantedRows } from './hub/datasets/dataset.ts';
export type { FoundModel, HubRate, HubSettings, HubView, KeptModel } from './hub/messages.ts';
export type { Fingerprint } from './recipe/fingerprint.ts';
export type { FileOnItsWay, LoadRate, PhaseNote, RunPhase } from './runPhases.ts';
export type { TakenFile } from './session/exportPlace.ts';
export type { KeptRun } from './session/keptRun.ts';
export type { RowsAsked, RowsView } from './session/lookAtRows.ts';
export type { RowPart, ScoredRow, ScoredText } from './session/rowScores.ts';
export type { RunName } from './session/runNote.ts';
export type { TemplateView } from './session/showTemplate.ts';
export type { WeighedRun } from './session/weighedRuns.ts';
export type { AdapterSummary, EngineErrorData, GuideEntry, ModelSummary, SavedRun } from './summaries.ts';
export type { BackendChoice, BackendKind, DeviceInfo } from './training/backends/deviceInfo.ts';
export type { StepMetrics } from './training/metrics.ts';

/** Releases that a person wants to see a script under, in place of those that its text names. */
export type VersionChoice = { readonly [L in VersionUsed['library']]?: string };

export type Command =
  | HubCommand
  | RunsCommand
  | RowScoresCommand
  | OpinionCommand
  /**
   * Describe a recipe (tree, strip, outcome, estimate, rows) without touching a GPU. `onOrt`: ONNX Runtime would run it, and hold weights of its own.
   * Answers `inspected` with the same id.
   */
  | { readonly type: 'inspect'; readonly id: number; readonly recipe: Recipe; readonly onOrt?: boolean }
  /** What runs of these patches of a recipe would cost. Answers `runs-weighed` with the same id. */
  | ({ readonly type: 'weigh-runs'; readonly id: number } & RunsToWeigh)
  /** Find out what this machine offers. Answers `device`. */
  | { readonly type: 'probe'; readonly backend: BackendChoice }
  /** Begin a run of this recipe, or go on with a paused run of the same recipe. `as`: what one that begins is kept as. */
  | {
      readonly type: 'train';
      readonly recipe: Recipe;
      readonly backend: BackendChoice;
      readonly as?: RunName;
    }
  /** One optimiser step, then pause. Begins a run if there is none. */
  | { readonly type: 'step'; readonly recipe: Recipe; readonly backend: BackendChoice }
  | { readonly type: 'pause' }
  /** End the run here, with the closing answers; the adapter stays. */
  | { readonly type: 'stop' }
  /** Forget the run and free the memory; also gives up loading. */
  | { readonly type: 'reset' }
  /** Take a GGUF file, or a model's files, as the base model that recipes may name. Answers `model` or `model-failed` with the same id. */
  | {
      readonly type: 'open-model';
      readonly id: number;
      /** The folder's, or the file's. */
      readonly name: string;
      readonly files: readonly { readonly name: string; readonly file: Blob }[];
    }
  /** Take a PEFT adapter (files, or a zip) that recipes may go on from, or a few as one. Answers `adapter` or `adapter-failed`. `recipe`: what it is to fit. */
  | {
      readonly type: 'open-adapter';
      readonly id: number;
      readonly adapters: readonly {
        readonly name: string;
        readonly files: readonly { readonly name: string; readonly file: Blob }[];
      }[];
      readonly recipe: Recipe;
    }
  /** Read a file of rows. Answers `rows` or `rows-failed` with the same id. `format`: null where name and content say it. */
  | {
      readonly type: 'open-rows';
      readonly id: number;
      readonly name: string;
      readonly file: Blob;
      readonly format: DataFormat | null;
      /** Of a hub's rows where they can be had again; null: of this machine. */
      readonly source: DataSource | null;
    }
  /** Show rows as they are and as they will be trained. Answers `rows-seen` or `rows-unseen` with the same id. */
  | { readonly type: 'look-at-rows'; readonly id: number; readonly recipe: Recipe; readonly asked: RowsAsked }
  /** Say what all rows are like. Answers `rows-counted` as it goes on, or `rows-unseen`, with the same id; a newer one takes its place. */
  | { readonly type: 'count-rows'; readonly id: number; readonly recipe: Recipe }
  /** Write a conversation by the recipe's chat template. Answers `template-seen` with the same id. */
  | { readonly type: 'show-template'; readonly id: number; readonly recipe: Recipe }
  /** A file of rows that recipes may name by this digest. */
  | { readonly type: 'hold-rows'; readonly digest: string; readonly name: string; readonly file: Blob }
  /** Ask whether a run was saved that did not end. Answers `saved`, `saved-refused`, or nothing. */
  | { readonly type: 'saved' }
  /** Go on with the saved run, to its end or until that step. `recipe`: of which run, begun anew where none of it was saved; null: of the newest. */
  | {
      readonly type: 'resume';
      readonly recipe: Recipe | null;
      readonly until: number | null;
      readonly backend: BackendChoice;
      readonly as?: RunName;
    }
  /** From the next step on other settings for the run that is at work or rests. Answers `changed` where there is such a run. */
  | { readonly type: 'change'; readonly patch: ChangePatch }
  /** Forget the saved run. */
  | { readonly type: 'discard' }
  /** The run as a file that a page can go on with. Answers `exported`, between two steps of a run that is at work. */
  | { readonly type: 'take-run' }
  /** Take a saved run from such a file. Answers `saved` or `saved-refused`. */
  | { readonly type: 'open-run'; readonly file: Blob }
  /** How far the last step moved each tensor. Answers `norms` with the same id. */
  | { readonly type: 'norms'; readonly id: number }
  /** The run as files of one format; `dtype` is a merged model's. Answers `exported` with the same id. */
  | {
      readonly type: 'export';
      readonly id: number;
      readonly format: ExportFormat;
      readonly dtype: FloatType;
    }
  /** A recipe's Python script with all that it needs. Answers `exported` or `bundle-failed` with the same id. */
  | { readonly type: 'bundle'; readonly id: number; readonly recipe: Recipe }
  /** What reading a script would have to fetch first. Answers `script-cost`. */
  | { readonly type: 'script-cost' }
  /**
   * Run what a person pasted (a script, a notebook, a configuration, a traceback), and say what it does. Answers `script-progress`, then
   * `script-read` or `script-failed`, with the same id. `name`: of the file it came from.
   */
  | {
      readonly type: 'read-script';
      readonly id: number;
      readonly text: string;
      readonly name: string | null;
      readonly versions: VersionChoice;
    }
  /** End the reading with this id; nothing more is answered to it. */
  | { readonly type: 'cancel-script'; readonly id: number }
  /** Why a parameter or module gets the gradient it gets. Answers `why` or `why-failed` with the same id. */
  | { readonly type: 'why'; readonly id: number; readonly recipe: Recipe; readonly path: string }
  /** Try the guide's advice under every stack. Answers `guide` with the same id. */
  | { readonly type: 'guide'; readonly id: number }
  /** Answers `pong` at once, so that the page notices a worker that died. */
  | { readonly type: 'ping' }
  | AnswersCommand;

export type Event =
  | HubEvent
  | HubWeighed
  | RunsEvent
  | RowScoresEvent
  | OpinionEvent
  /** null: given up. The run is as it was. */
  | { readonly type: 'opinion-failed'; readonly id: number; readonly error: EngineErrorData | null }
  | { readonly type: 'hub-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'runs-failed'; readonly id: number; readonly error: EngineErrorData }
  /** A run that ended or was replaced is kept. What could not be, and why, is the page's to hand out. */
  | { readonly type: 'run-shelved'; readonly error: EngineErrorData | null; readonly run: Blob | null }
  | { readonly type: 'device'; readonly device: DeviceInfo }
  | { readonly type: 'inspected'; readonly id: number; readonly inspection: Inspection }
  | { readonly type: 'runs-weighed'; readonly id: number; readonly runs: readonly WeighedRun[] }
  | { readonly type: 'inspect-failed'; readonly id: number; readonly error: EngineErrorData }
  /** `done` of `total` counts what the phase counts (bytes when loading, choices when tuning, kernels when compiling, questions when asking, steps when running). */
  | {
      readonly type: 'phase';
      readonly phase: RunPhase;
      readonly done: number;
      readonly total: number;
      readonly note: PhaseNote;
      readonly rate?: LoadRate;
      readonly file?: FileOnItsWay;
    }
  | {
      readonly type: 'started';
      readonly trainable: number;
      readonly all: number;
      readonly peakBytes: number;
      readonly totalSteps: number;
      readonly backend: BackendKind;
      readonly dispatchesPerStep: number;
    }
  | { readonly type: 'step'; readonly metrics: StepMetrics }
  /** The run goes on as this recipe says, which tells what was changed. */
  | { readonly type: 'changed'; readonly recipe: Recipe; readonly totalSteps: number }
  /** What the doctor finds in the steps so far, when that changes; null: what was found has passed. */
  | { readonly type: 'diagnosed'; readonly diagnosis: Diagnosis | null }
  /** The run goes on from what was saved: these are its steps so far. */
  | { readonly type: 'restored'; readonly recipe: Recipe; readonly metrics: readonly StepMetrics[] }
  | { readonly type: 'saved'; readonly run: SavedRun }
  /** There is a saved run, and it can't be used. */
  | { readonly type: 'saved-refused'; readonly from: 'store' | 'file'; readonly error: EngineErrorData }
  /** Why the run can't be saved as things stand; null: it is saved again. */
  | { readonly type: 'unsaved'; readonly error: EngineErrorData | null }
  | { readonly type: 'model'; readonly id: number; readonly model: ModelSummary }
  | { readonly type: 'model-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'adapter'; readonly id: number; readonly adapter: AdapterSummary }
  | { readonly type: 'adapter-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'rows'; readonly id: number; readonly rows: OpenedRows }
  | { readonly type: 'rows-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'rows-seen'; readonly id: number; readonly view: RowsView }
  /** `statistics`: when all are counted. */
  | {
      readonly type: 'rows-counted';
      readonly id: number;
      readonly done: number;
      readonly total: number;
      readonly statistics: RowStatistics | null;
    }
  | { readonly type: 'rows-unseen'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'template-seen'; readonly id: number; readonly view: TemplateView }
  /** A snapshot that outlives the worker with the page alone: the store did not take it, or the run has ended. null: not needed any more. */
  | { readonly type: 'kept'; readonly run: Blob | null }
  /** `guarded`: the worker holds the lock of its name as long as it lives. */
  | { readonly type: 'pong'; readonly guarded: boolean }
  /** By `ParameterInfo.normIndex`. */
  | { readonly type: 'norms'; readonly id: number; readonly updates: readonly number[] }
  | { readonly type: 'rows-unscored'; readonly id: number; readonly error: EngineErrorData }
  | {
      readonly type: 'exported';
      readonly id: number;
      /** Name of the folder or archive that they belong into. */
      readonly folder: string;
      readonly files: readonly TakenFile[];
    }
  | { readonly type: 'bundle-failed'; readonly id: number; readonly error: EngineErrorData }
  /** Bytes that the first reading fetches; 0: they are here. */
  | { readonly type: 'script-cost'; readonly bytes: number }
  | {
      readonly type: 'script-progress';
      readonly id: number;
      readonly phase: 'loading' | 'running';
      readonly loadedBytes: number;
      readonly totalBytes: number;
    }
  | { readonly type: 'script-read'; readonly id: number; readonly reading: ScriptReading }
  | { readonly type: 'script-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'why'; readonly id: number; readonly why: Why | null }
  | { readonly type: 'why-failed'; readonly id: number; readonly error: EngineErrorData }
  | { readonly type: 'guide'; readonly id: number; readonly entries: readonly GuideEntry[] }
  /** Something that was asked for can't be had (a format); the run goes on. */
  | { readonly type: 'refused'; readonly error: EngineErrorData }
  /** A Python warning of the modelled libraries, at the moment it would be printed. */
  | { readonly type: 'warning'; readonly category: string; readonly message: string }
  | AnswersEvent
  | { readonly type: 'finished'; readonly steps: number; readonly fingerprint: Fingerprint }
  | { readonly type: 'failed'; readonly error: EngineErrorData; readonly raisedBy: 'python' | 'engine' };
