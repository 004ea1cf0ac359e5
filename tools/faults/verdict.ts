// What a cell is judged by, without a browser: whether its fault struck at all, whether losses are those of the unbroken run, and whether
// a run that stopped said so.
import type { Fault, Moment } from './list.ts';

export const verdicts = [
  'same losses',
  'told',
  'hangs',
  'silent',
  'lost',
  'late',
  'untrue',
  'not reached',
] as const;

export interface Verdict {
  readonly verdict: (typeof verdicts)[number];
  /** What the page said, or what went wrong. */
  readonly said: string;
}

export const isGood = ({ verdict }: Pick<Verdict, 'verdict'>): boolean =>
  verdict === 'same losses' || verdict === 'told';

/** The page asks its worker every two seconds whether it lives. One that died is to be noticed within five seconds of the page's own clock. */
export const MOST_VAIN = 2;

/** Without a fault there is nothing to wait for; a network that fails from the start of loading needs no worker that tells of the moment. */
export const hasStruck = (fault: Fault | null, moment: Moment, struck: boolean): boolean =>
  fault === null || struck || fault.fromStart === true || (fault.kind === 'network' && moment === 'loading');

/** Of each step; null: not told here. */
type Losses = readonly (number | null)[];

/** A run that others can be held to: a loss for each step. */
export const isWhole = (losses: Losses, steps: number): losses is readonly number[] =>
  losses.length === steps && losses.every((loss) => loss !== null && Number.isFinite(loss));

export const isSame = (a: Losses, b: Losses): boolean =>
  a.length === b.length && a.every((loss, i) => loss !== null && Object.is(loss, b[i]));

/** The other kind of device sums in another order. */
export const isClose = (a: Losses, b: readonly number[]): boolean =>
  a.length === b.length &&
  a.every((loss, i) => loss !== null && Math.abs(loss - (b[i] ?? 0)) < 1e-3 * Math.abs(loss));

interface Page {
  /** Failures, notes and warnings. */
  readonly told: string;
  readonly goOn: boolean;
}

/** The page stands still and gave no reason, neither when it stopped nor a moment after. */
export const toldNothing = (...seen: readonly Page[]): boolean =>
  seen.every(({ told, goOn }) => told === '' && !goOn);
