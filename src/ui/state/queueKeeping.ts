// The queue over a reload: its runs with where they ended, each recipe once. What is too large for the place is not kept, and said so.
import type { Recipe } from '../../engine/index.ts';
import { readSettings } from '../../engine/index.ts';
import type { QueuedHow, QueuedRun, RunQueue } from './queueState.ts';
import { isDone } from './queueState.ts';
import { recall, remember } from './remembered.ts';
import type { Ports, PresetEntry } from './state.ts';

const QUEUE_KEY = 'queue';
/** Characters: what storage takes from one page without pushing out the rest. */
const MOST_KEPT = 2_000_000;
/** Points of a curve that are kept: enough to compare and to draw. */
const MOST_POINTS = 120;
const VERSION = 1;

const hows: readonly QueuedHow[] = ['waiting', 'running', 'ended', 'stopped', 'failed'];

function thinned(curve: QueuedRun['curve']): QueuedRun['curve'] {
  const every = Math.ceil(curve.length / MOST_POINTS);
  return curve.filter(([, , evalLoss], i) => evalLoss !== null || i % every === 0 || i === curve.length - 1);
}

/** Keeps the queue, or forgets an empty one. False: it is too large. */
export function keepQueue(
  { runs, stopEarly }: RunQueue,
  presets: readonly PresetEntry[],
  ports: Pick<Ports, 'recipeJson'>,
): boolean {
  if (runs.length === 0) {
    remember(QUEUE_KEY, null);
    return true;
  }
  const bases = [...new Set(runs.map(({ base }) => base))];
  const text = JSON.stringify({
    version: VERSION,
    stopEarly,
    bases: bases.map((base) => ports.recipeJson(base, presets)),
    runs: runs.map(({ base, ...run }) => ({
      ...run,
      base: bases.indexOf(base),
      curve: isDone(run) ? thinned(run.curve) : [],
    })),
  });
  const fits = text.length <= MOST_KEPT;
  remember(QUEUE_KEY, fits ? text : null);
  return fits && recall(QUEUE_KEY) === text;
}

type Kept = Readonly<Record<string, unknown>>;
const isRecord = (value: unknown): value is Kept => typeof value === 'object' && value !== null;
const numberOf = (value: unknown): number | null => (typeof value === 'number' ? value : null);

function pointOf(value: unknown): QueuedRun['curve'] {
  if (!Array.isArray(value)) return [];
  const [step, loss, evalLoss]: readonly unknown[] = value;
  // A loss that is no number has no number in JSON.
  return typeof step === 'number' ? [[step, numberOf(loss) ?? Number.NaN, numberOf(evalLoss)]] : [];
}

function runOf(kept: unknown, bases: readonly Recipe[]): readonly QueuedRun[] {
  if (!isRecord(kept)) return [];
  const { id, name, sweep, curve } = kept;
  const base = bases[numberOf(kept.base) ?? -1];
  const how = hows.find((one) => one === kept.how);
  if (base === undefined || how === undefined) return [];
  if (typeof id !== 'string' || typeof name !== 'string' || typeof sweep !== 'string') return [];
  const why = isRecord(kept.why) ? { en: String(kept.why.en), zh: String(kept.why.zh) } : null;
  return [
    {
      ...{ id, name, sweep, base, why },
      patch: readSettings(isRecord(kept.patch) ? kept.patch : {}).patch,
      // What was at work goes on from what it saved.
      how: how === 'running' ? 'waiting' : how,
      begun: how === 'running' || kept.begun === true,
      curve: Array.isArray(curve) ? curve.flatMap(pointOf) : [],
      totalSteps: numberOf(kept.totalSteps) ?? 0,
      loss: numberOf(kept.loss),
      evalLoss: numberOf(kept.evalLoss),
      trainedMs: numberOf(kept.trainedMs) ?? 0,
    },
  ];
}

/** The queue that an earlier visit left; null: none, or one that can't be read any more. */
export async function recallQueue(
  presets: readonly PresetEntry[],
  ports: Pick<Ports, 'readRecipe'>,
): Promise<Pick<RunQueue, 'runs' | 'stopEarly'> | null> {
  try {
    const kept: unknown = JSON.parse(recall(QUEUE_KEY) ?? 'null');
    if (!isRecord(kept) || kept.version !== VERSION) return null;
    const { bases, runs } = kept;
    if (!Array.isArray(bases) || !Array.isArray(runs)) return null;
    const recipes = await Promise.all(bases.map((base) => ports.readRecipe(String(base), presets)));
    return { runs: runs.flatMap((run) => runOf(run, recipes)), stopEarly: kept.stopEarly === true };
  } catch {
    // Of another version of the page.
    return null;
  }
}
