// Factors on the learning rate by optimiser step k from 0. Source: transformers 5.18 optimization.py (numerics 4.6): the
// first step of a warmup has factor 0.

export type ScheduleType = 'linear' | 'cosine' | 'constant' | 'constant_with_warmup';

type Decay = (progress: number) => number;

const decays: Readonly<Record<ScheduleType, Decay>> = {
  linear: (p) => Math.max(0, 1 - p),
  cosine: (p) => Math.max(0, 0.5 * (1 + Math.cos(Math.PI * p))),
  constant: () => 1,
  constant_with_warmup: () => 1,
};

const isScheduleType = (name: string): name is ScheduleType => Object.hasOwn(decays, name);

export interface ScheduleOptions {
  readonly type: string;
  readonly warmupSteps: number;
  readonly totalSteps: number;
}

/** Factor of step k (from 0). `constant` ignores warmup, as get_constant_schedule does. */
export function scheduleFactor({ type, warmupSteps, totalSteps }: ScheduleOptions, k: number): number {
  if (!isScheduleType(type)) throw new Error(`internal: no schedule '${type}'`);
  if (type !== 'constant' && k < warmupSteps) return k / Math.max(1, warmupSteps);
  return decays[type]((k - warmupSteps) / Math.max(1, totalSteps - warmupSteps));
}
