// Tabs of this page tell one another which run each has: what a second one shows, and how it knows that it may go on with that run. A tab that
// is closed or crashes says nothing more; the lock that it held as long as it lived falls free, and that is heard. Knows no DOM beyond locks.
import type { OtherRun } from './otherRun.ts';
import type { Run } from './state.ts';
import type { Store } from './store.ts';

/** A BroadcastChannel's two ends: what is posted reaches all other tabs. */
export interface Channel {
  post(message: unknown): void;
  onMessage(listener: (message: unknown) => void): void;
}

type Locks = Pick<LockManager, 'request'>;

interface Told {
  readonly from: string;
  /** null: a question, what the others have; false: no run (any more). */
  readonly run: OtherRun | null | false;
}

const isRun = (value: object): value is OtherRun =>
  'preset' in value &&
  typeof value.preset === 'string' &&
  'step' in value &&
  typeof value.step === 'number' &&
  'total' in value &&
  typeof value.total === 'number' &&
  'works' in value &&
  typeof value.works === 'boolean';

/** null: of another version of the page. */
function toldIn(message: unknown): Told | null {
  if (typeof message !== 'object' || message === null || !('from' in message) || !('run' in message))
    return null;
  const { from, run } = message;
  if (typeof from !== 'string') return null;
  if (run === null || run === false) return { from, run };
  return typeof run === 'object' && isRun(run) ? { from, run } : null;
}

/** How often the step of a run that is at work is told. */
const TELL_MS = 1000;

const working: ReadonlySet<Run['phase']> = new Set(['loading', 'before', 'running', 'after']);

/** What others are told of a run: one that ended or failed needs no place any more. */
function tellable(run: Run | null): OtherRun | false {
  if (run === null || run.phase === 'finished' || run.phase === 'failed' || run.phase === 'idle')
    return false;
  return {
    preset: run.recipe.preset,
    step: run.steps.at(-1)?.step ?? 0,
    total: run.start?.totalSteps ?? 0,
    works: working.has(run.phase),
  };
}

const lockOf = (tab: string): string => `lora-playground-tab-${tab}`;

/**
 * Keeps `elsewhere` of the store to what other tabs have, and tells them of this one's run. `onFree`: no other tab has a run any more.
 * `locks`: null where the browser has none; then only a tab that says so is known to be gone.
 */
export function watchTabs(
  store: Store,
  options: {
    readonly channel: Channel;
    readonly locks: Locks | null;
    readonly tab: string;
    readonly now: () => number;
    readonly onFree: () => void;
  },
): { readonly leave: () => void } {
  const { channel, locks, tab, now, onFree } = options;
  const others = new Map<string, OtherRun>();
  const known = new Set<string>();
  let told: OtherRun | false = false;
  let toldAt = Number.NEGATIVE_INFINITY;

  const show = (): void => {
    const runs = [...others.values()];
    const elsewhere = runs.find(({ works }) => works) ?? runs[0] ?? null;
    const had = store.getState().elsewhere !== null;
    store.setState({ elsewhere });
    if (had && elsewhere === null) onFree();
  };

  const gone = (from: string): void => {
    known.delete(from);
    if (others.delete(from)) show();
  };

  /** The lock of a tab is free when that tab is gone, however it went. */
  const watchOver = (from: string): void => {
    if (known.has(from)) return;
    known.add(from);
    void locks?.request(lockOf(from), () => gone(from)).catch(() => {});
  };

  const tell = (): void => {
    told = tellable(store.getState().run);
    toldAt = now();
    channel.post({ from: tab, run: told } satisfies Told);
  };

  channel.onMessage((message) => {
    const heard = toldIn(message);
    if (heard === null || heard.from === tab) return;
    if (heard.run === null) {
      if (tellable(store.getState().run) !== false) tell();
      return;
    }
    if (heard.run === false) {
      if (others.delete(heard.from)) show();
      return;
    }
    others.set(heard.from, heard.run);
    show();
    watchOver(heard.from);
  });

  void locks?.request(lockOf(tab), () => new Promise<void>(() => {})).catch(() => {});
  const stop = store.subscribe((state, before) => {
    if (state.run === before.run) return;
    const next = tellable(state.run);
    if (next === false && told === false) return;
    const same = next !== false && told !== false && next.works === told.works && next.preset === told.preset;
    if (!same || now() - toldAt >= TELL_MS) tell();
  });
  channel.post({ from: tab, run: null } satisfies Told);

  return {
    leave: () => {
      stop();
      if (told !== false) channel.post({ from: tab, run: false } satisfies Told);
    },
  };
}
