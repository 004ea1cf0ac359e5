// How often questions are asked while a run trains, as it is offered and remembered. When that is, is the engine's.

/** Steps between two askings; 0: never. */
export const askIntervals = [0, 1, 5, 10, 20, 50] as const;
export const usualInterval = 10;

/** What was remembered of it. */
export const recalledInterval = (text: string | null): number =>
  askIntervals.find((one) => String(one) === text) ?? usualInterval;
