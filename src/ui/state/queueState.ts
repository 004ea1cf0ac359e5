// What the page knows of the runs that wait to be trained, and of those of the queue that were, as plain data: a part of its state. Pure.
import type { Recipe, RecipePatch, SettingKey, Text } from '../../engine/index.ts';
import { settingKeys, withPatch } from '../../engine/index.ts';
import type { KeptRun, WeighedRun } from '../../engine/protocol.ts';

export type QueuedHow = 'waiting' | 'running' | 'ended' | 'stopped' | 'failed';

export interface QueuedRun {
  /** It is kept under this id. */
  readonly id: string;
  readonly name: string;
  /** What runs of one sweep have in common. */
  readonly base: Recipe;
  /** What this one has in its place. */
  readonly patch: RecipePatch;
  /** Of which sweep it is; '': put into the queue by itself. */
  readonly sweep: string;
  readonly how: QueuedHow;
  /** It was at work before, and goes on from what was saved. */
  readonly begun: boolean;
  readonly curve: KeptRun['curve'];
  readonly totalSteps: number;
  /** Mean loss of its last tenth, and the last eval loss; null: none yet. */
  readonly loss: number | null;
  readonly evalLoss: number | null;
  readonly trainedMs: number;
  /** Why it failed. */
  readonly why: Text | null;
}

export interface RunQueue {
  readonly runs: readonly QueuedRun[];
  /** The next begins when one ends. */
  readonly going: boolean;
  /** Runs that fall behind are stopped. */
  readonly stopEarly: boolean;
  /** Whether it is there after a reload. */
  readonly kept: boolean;
  /** What the runs of a sweep would cost, by the id of the question; null: nobody asked, or it isn't known yet. */
  readonly weighed: { readonly id: number; readonly runs: readonly WeighedRun[] | null } | null;
}

export const noQueue: RunQueue = { runs: [], going: false, stopEarly: false, kept: true, weighed: null };

export const queuedRecipe = ({ base, patch }: Pick<QueuedRun, 'base' | 'patch'>): Recipe => ({
  ...base,
  values: withPatch(base.values, patch),
});

export const isDone = ({ how }: Pick<QueuedRun, 'how'>): boolean => how !== 'waiting' && how !== 'running';

/** Which of how many is at work or comes next; null: none does. */
export function queuePlace({ runs }: Pick<RunQueue, 'runs'>): { at: number; count: number } | null {
  const at = runs.findIndex((run) => !isDone(run));
  return at < 0 ? null : { at: at + 1, count: runs.length };
}

/** What its runs are compared by: eval loss where each that came to a step has one. */
export const comparesEval = (runs: readonly QueuedRun[]): boolean =>
  runs.some(({ evalLoss }) => evalLoss !== null) &&
  runs.every(({ loss, evalLoss }) => loss === null || evalLoss !== null);

/** The settings that a sweep is over, in the order of its runs' patches. */
export const sweptSettings = ([first]: readonly QueuedRun[]): readonly SettingKey[] =>
  Object.keys(first?.patch ?? {}).flatMap((key) => settingKeys.find((one) => one === key) ?? []);
