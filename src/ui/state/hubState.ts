// What the page knows of models that are elsewhere, as plain data: a part of its state.
import type { CostEstimate } from '../../engine/index.ts';
import type {
  EngineErrorData,
  FoundModel,
  HubRate,
  HubSettings,
  HubView,
  KeptModel,
} from '../../engine/protocol.ts';

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
