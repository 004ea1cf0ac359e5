// Trains the runs of the queue one after another: begins the next when one ends, stops one that falls behind, notes where each ended, and
// keeps the queue over a reload. Fetched when there is a queue. Which run is on screen, and what becomes of it, the store says.
import type { Recipe, SweepAxis, sweepTools } from '../../engine/index.ts';
import type { Command } from '../../engine/protocol.ts';
import { keepQueue, recallQueue } from './queueKeeping.ts';
import type { QueuedRun, RunQueue } from './queueState.ts';
import { isDone, queuedRecipe } from './queueState.ts';
import { newRun } from './reduce.ts';
import { isBusy } from './runStatus.ts';
import type { Ports, Run } from './state.ts';
import type { Store } from './store.ts';

type Tools = Awaited<ReturnType<typeof sweepTools>>;

interface Doors {
  readonly tell: (command: Command) => void;
  readonly tools: Tools;
  /** 16 hexadecimal digits that no other run has. */
  readonly newId: () => string;
}

export interface WantedSweep {
  readonly axes: readonly SweepAxis[];
  readonly atMost: number;
  readonly stopEarly: boolean;
}

const meanEnd = ({ steps }: Run): number | null => {
  const last = steps.slice(-Math.max(1, Math.floor(steps.length / 10)));
  return last.length === 0 ? null : last.reduce((sum, { loss }) => sum + loss, 0) / last.length;
};

export function makeQueue(store: Store, ports: Ports, { tell, tools, newId }: Doors) {
  /** Runs that were told to stop because they fell behind. */
  const behind = new Set<string>();
  const queue = (): RunQueue => store.getState().queue;
  const current = (): QueuedRun | null => queue().runs.find(({ how }) => how === 'running') ?? null;

  function change(patch: Partial<RunQueue>): void {
    store.setState((state) => ({ queue: { ...state.queue, ...patch } }));
  }

  /** A change that is there after a reload. */
  function settle(patch: Partial<RunQueue>): void {
    change(patch);
    const { presets } = store.getState();
    change({ kept: keepQueue(queue(), presets, ports) });
  }

  const withRun = (id: string, patch: Partial<QueuedRun>): readonly QueuedRun[] =>
    queue().runs.map((run) => (run.id === id ? { ...run, ...patch } : run));

  function begin(next: QueuedRun): void {
    const recipe = queuedRecipe(next);
    const as = { id: next.id, name: next.name };
    const { backend } = store.getState();
    settle({ runs: withRun(next.id, { how: 'running', begun: true }), going: true });
    store.setState({ run: { ...newRun(recipe), queued: next.id }, saved: null, asked: {} });
    ports.keepStorage();
    if (next.begun) tell({ type: 'resume', recipe, until: null, backend, as });
    else tell({ type: 'train', recipe, backend, as });
  }

  function next(): void {
    const waiting = queue().runs.find(({ how }) => how === 'waiting');
    if (waiting === undefined) settle({ going: false });
    else begin(waiting);
  }

  const told = (run: Run): Pick<QueuedRun, 'curve' | 'totalSteps' | 'loss' | 'evalLoss' | 'trainedMs'> => ({
    curve: run.steps.map(({ step, loss, evalLoss }) => [step, loss, evalLoss] as const),
    totalSteps: run.start?.totalSteps ?? run.total,
    loss: meanEnd(run),
    evalLoss: run.steps.findLast(({ evalLoss }) => evalLoss !== null)?.evalLoss ?? null,
    trainedMs: run.steps.reduce((sum, { stepMs }) => sum + stepMs, 0),
  });

  function ended(one: QueuedRun, run: Run, how: QueuedRun['how']): void {
    const why = how === 'failed' ? (run.failure?.error.message ?? null) : null;
    settle({ runs: withRun(one.id, { ...told(run), how, why }) });
    next();
  }

  /** Somebody else took the place of the queue's run. */
  function halt(one: QueuedRun): void {
    settle({ runs: withRun(one.id, { how: 'waiting' }), going: false });
  }

  function fallsBehind(one: QueuedRun, run: Run): boolean {
    if (!queue().stopEarly || one.sweep === '' || behind.has(one.id)) return false;
    const others = queue().runs.filter(({ sweep, how }) => sweep === one.sweep && how === 'ended');
    const { curve, totalSteps } = told(run);
    return tools.isBehind(
      curve,
      others.map((other) => other.curve),
      totalSteps,
    );
  }

  store.subscribe(({ run }, before) => {
    if (run === before.run) return;
    const one = current();
    if (one === null || !queue().going) return;
    if (run === null || run.queued !== one.id) return halt(one);
    if (run.phase === 'failed') return ended(one, run, 'failed');
    if (run.phase === 'finished') {
      if (before.run?.phase === 'finished') return;
      const stopped = behind.has(one.id) || (run.steps.at(-1)?.step ?? 0) < (run.start?.totalSteps ?? 0);
      return ended(one, run, stopped ? 'stopped' : 'ended');
    }
    if (run.phase !== 'running' || run.steps.length === (before.run?.steps.length ?? 0)) return;
    if (!fallsBehind(one, run)) return;
    behind.add(one.id);
    tell({ type: 'stop' });
  });

  const waitingRun = (base: Recipe, patch: QueuedRun['patch'], name: string, sweep: string): QueuedRun => ({
    ...{ id: newId(), base, patch, name, sweep, how: 'waiting', begun: false },
    ...{ curve: [], totalSteps: 0, loss: null, evalLoss: null, trainedMs: 0, why: null },
  });

  return {
    /** The runs that an earlier visit left wait to be gone on with. */
    restore: async (): Promise<void> => {
      const found = await recallQueue(store.getState().presets, ports);
      if (found !== null && queue().runs.length === 0) change(found);
    },
    add: (base: Recipe, name: string): void => {
      const { runs } = queue();
      settle({ runs: [...runs, waitingRun(base, {}, name, '')] });
    },
    addSweep: (base: Recipe, { axes, atMost, stopEarly }: WantedSweep): void => {
      const sweep = newId();
      const added = tools
        .sweepRuns(base, axes, atMost)
        .map(({ patch, name }) => waitingRun(base, patch, `${base.preset} · ${name}`, sweep));
      settle({ runs: [...queue().runs, ...added], stopEarly });
    },
    /** Begins, or goes on. */
    go: (): void => {
      if (current() === null && !isBusy(store.getState().run)) next();
    },
    /** What is at work rests and waits; what is done stays. */
    rest: (): void => {
      const one = current();
      if (one === null) return;
      halt(one);
      tell({ type: 'pause' });
    },
    remove: (id: string): void => {
      settle({ runs: queue().runs.filter((run) => run.id !== id || run.how === 'running') });
    },
    /** Leaves those that are done, which stay among the kept runs, and those that wait. */
    empty: (): void => {
      settle({ runs: queue().runs.filter((run) => !isDone(run) && run.how === 'running') });
    },
  };
}

export type QueueDriver = ReturnType<typeof makeQueue>;
