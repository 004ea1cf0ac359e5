// What the page knows of models that are elsewhere, as plain data: a part of its state.
import type { CostEstimate } from '../../engine/index.ts';
import type {
  DatasetView,
  EngineErrorData,
  FoundModel,
  HubRate,
  HubSettings,
  HubView,
  KeptModel,
} from '../../engine/protocol.ts';

/** Rows of a data set: what it offers, what of it is on its way, why not. */
export interface HubRows {
  readonly wish: string;
  readonly view: DatasetView | null;
  readonly looking: boolean;
  /** The rows are on their way; `opening` says how far. */
  readonly fetching: boolean;
  readonly failure: EngineErrorData | null;
}

/** A run that is handed to a repository of the hub. */
export interface PushState {
  /** gathering: its files are being written. */
  readonly phase: 'idle' | 'gathering' | 'sending';
  /** The file that is on its way, and bytes of all. */
  readonly file: string;
  readonly done: number;
  readonly total: number;
  /** Where people see what was sent last. */
  readonly pushed: string | null;
  readonly failure: EngineErrorData | null;
}

/** What is asked of the hub, and what is kept of it here. */
export interface HubState {
  readonly settings: HubSettings;
  /** The model that is on its way. */
  readonly opening: {
    readonly file: string;
    readonly done: number;
    readonly total: number;
    readonly waitMs: number;
    readonly elsewhere: boolean;
    readonly rate?: HubRate;
  } | null;
  readonly failure: EngineErrorData | null;
  readonly rows: HubRows;
  readonly push: PushState;
  /** What was looked at last, as it was asked for: it may hold what only its server is to know. */
  readonly wish: string;
  /** What the repository that was looked at offers. */
  readonly view: HubView | null;
  readonly looking: boolean;
  /** What training it would take; null: not known yet. */
  readonly weighed: { readonly estimate: CostEstimate | null } | null;
  /** Why it does not run here, whatever is fetched of it. */
  readonly refusal: EngineErrorData | null;
  readonly found: readonly FoundModel[] | null;
  readonly searching: boolean;
  /** null until asked. */
  readonly kept: {
    readonly models: readonly KeptModel[];
    readonly roomBytes: number | null;
    readonly lasts: boolean;
  } | null;
}
