// What a cell is judged by, without a browser: whether its fault struck at all, whether losses are those of the unbroken run, and whether
// a run that stopped said so.
import type { Fault, Moment } from './list.ts';

/** Without a fault there is nothing to wait for; a network that fails from the start of loading needs no worker that tells of the moment. */
export const hasStruck = (fault: Fault | null, moment: Moment, struck: boolean): boolean =>
  fault === null || struck || fault.fromStart === true || (fault.kind === 'network' && moment === 'loading');

/** A run that others can be held to: a loss for each step. */
export const isWhole = (losses: readonly number[], steps: number): boolean =>
  losses.length === steps && losses.every((loss) => Number.isFinite(loss));

export const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((loss, i) => Object.is(loss, b[i]));

/** The other kind of device sums in another order. */
export const isClose = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((loss, i) => Math.abs(loss - (b[i] ?? 0)) < 1e-3 * Math.abs(loss));

interface Page {
  /** Failures, notes and warnings. */
  readonly told: string;
  readonly goOn: boolean;
}

/** The page stands still and gave no reason, neither when it stopped nor a moment after. */
export const toldNothing = (...seen: readonly Page[]): boolean =>
  seen.every(({ told, goOn }) => told === '' && !goOn);
