// Factors on the learning rate by optimiser step k from 0. Source: transformers 5.24 optimization.py (numerics 4.6): the
// first step of a warmup has factor 0. What a schedule takes beside its name stands in lr_scheduler_kwargs.
import type { JsonObject } from '../../ground/settings/jsonObject.ts';
import { scheduleNoNumber, scheduleShape, scheduleStranger } from '../torchErrors.ts';
import type { ScheduleType } from './names.ts';

export interface ScheduleOptions {
  readonly type: ScheduleType;
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** The learning rate that factors multiply: `lr_end` and `min_lr` are absolute. */
  readonly learningRate: number;
  readonly kwargs: JsonObject;
}

/** Reads one argument of a schedule, or its default; null as default means that it must be given. */
type Take = (name: string, ifAbsent: number | null) => number;
interface Decay {
  /** Names that lr_scheduler_kwargs may hold. */
  readonly takes: readonly string[];
  /** Factor of step k after the warmup; `p` runs from 0 at its end to 1 at the last step. */
  readonly factor: (p: number, k: number, options: ScheduleOptions, take: Take) => number;
  /** Factor inside the warmup by its progress; linear where absent. */
  readonly warmup?: (progress: number, options: ScheduleOptions, take: Take) => number;
}

const cosine = (cycles: number, p: number): number => 0.5 * (1 + Math.cos(Math.PI * cycles * 2 * p));

function shapeOf(
  { kwargs }: ScheduleOptions,
  name: string,
  ifAbsent: string,
): 'linear' | 'cosine' | '1-sqrt' {
  const shape = kwargs[name] ?? ifAbsent;
  if (shape === 'linear' || shape === 'cosine' || shape === '1-sqrt') return shape;
  throw scheduleShape({ name, got: JSON.stringify(shape) });
}

const decays: Readonly<Record<ScheduleType, Decay>> = {
  linear: { takes: [], factor: (p) => Math.max(0, 1 - p) },
  cosine: {
    takes: ['num_cycles'],
    factor: (p, _k, _options, take) => Math.max(0, cosine(take('num_cycles', 0.5), p)),
  },
  cosine_with_restarts: {
    takes: ['num_cycles'],
    factor: (p, _k, _options, take) =>
      p >= 1 ? 0 : Math.max(0, 0.5 * (1 + Math.cos(Math.PI * ((take('num_cycles', 1) * p) % 1)))),
  },
  constant: { takes: [], factor: () => 1, warmup: () => 1 },
  constant_with_warmup: { takes: [], factor: () => 1 },
  polynomial: {
    takes: ['lr_end', 'power'],
    factor: (p, _k, { learningRate }, take) => {
      const end = take('lr_end', 1e-7);
      if (p > 1) return end / learningRate;
      return ((learningRate - end) * (1 - p) ** take('power', 1) + end) / learningRate;
    },
  },
  inverse_sqrt: {
    takes: ['timescale'],
    factor: (_p, k, { warmupSteps }, take) => {
      const timescale = take('timescale', warmupSteps > 0 ? warmupSteps : 10_000);
      return 1 / Math.sqrt((k + timescale - warmupSteps) / timescale);
    },
  },
  warmup_stable_decay: {
    takes: ['num_decay_steps', 'num_stable_steps', 'warmup_type', 'decay_type', 'min_lr_ratio', 'num_cycles'],
    warmup: (progress, options, take) => {
      const least = take('min_lr_ratio', 0);
      const shape = shapeOf(options, 'warmup_type', 'linear');
      const shaped = {
        linear: progress,
        cosine: 0.5 * (1 - Math.cos(Math.PI * progress)),
        '1-sqrt': 1 - Math.sqrt(1 - progress),
      }[shape];
      return shaped * (1 - least) + least;
    },
    factor: (_p, k, options, take) => {
      const decaySteps = take('num_decay_steps', null);
      const stable = take('num_stable_steps', options.totalSteps - options.warmupSteps - decaySteps);
      const least = take('min_lr_ratio', 0);
      const at = k - options.warmupSteps - stable;
      if (at < 0) return 1;
      if (at >= decaySteps) return least;
      const q = at / Math.max(1, decaySteps);
      const shape = shapeOf(options, 'decay_type', 'cosine');
      const shaped = {
        linear: 1 - q,
        cosine: cosine(take('num_cycles', 0.5), q),
        '1-sqrt': 1 - Math.sqrt(q),
      }[shape];
      return Math.max(0, shaped * (1 - least) + least);
    },
  },
  cosine_with_min_lr: {
    takes: ['num_cycles', 'min_lr', 'min_lr_rate'],
    factor: (p, _k, { learningRate, kwargs }, take) => {
      const least =
        kwargs.min_lr === undefined ? take('min_lr_rate', null) : take('min_lr', null) / learningRate;
      return Math.max(0, cosine(take('num_cycles', 0.5), p) * (1 - least) + least);
    },
  },
};

/** Steps of a warmup that below 1 is a share of the run, as `TrainingArguments.get_warmup_steps` counts them. */
export const warmupStepsOf = (warmup: number, totalSteps: number): number =>
  warmup < 1 ? Math.ceil(warmup * totalSteps) : Math.round(warmup);

/** Factor of step k (from 0). `constant` ignores warmup, as get_constant_schedule does. Throws UserError 'schedule-…'. */
export function scheduleFactor(options: ScheduleOptions, k: number): number {
  const { type, warmupSteps, totalSteps, kwargs } = options;
  const decay = decays[type];
  const stranger = Object.keys(kwargs).find((name) => !decay.takes.includes(name));
  if (stranger !== undefined) throw scheduleStranger({ schedule: type, takes: decay.takes, got: stranger });
  const take: Take = (name, ifAbsent) => {
    const value = kwargs[name] ?? ifAbsent;
    if (typeof value === 'number') return value;
    throw scheduleNoNumber({ schedule: type, name, got: JSON.stringify(value) });
  };
  if (k < warmupSteps) {
    const progress = k / Math.max(1, warmupSteps);
    return decay.warmup?.(progress, options, take) ?? progress;
  }
  if (type === 'constant') return 1;
  return decay.factor((k - warmupSteps) / Math.max(1, totalSteps - warmupSteps), k, options, take);
}
