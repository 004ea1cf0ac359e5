// How long a run will take: steps as an earlier run here took them, where one of about its size did; else only in what class of times it
// lies, by FLOPs over a speed. What was measured is remembered by the page (see remembered.ts), not here. Pure.
import type { CostEstimate } from '../../engine/index.ts';
import type { DeviceInfo } from '../../engine/protocol.ts';

/** What an earlier run on a device took. */
export interface Measured {
  /** A step, and what was done between two of them. */
  readonly msPerStep: number;
  /** Of its recipe. */
  readonly flopsPerStep: number;
  /** Its questions before and after; 0 where nobody saw it from its beginning to its end. */
  readonly aroundMs: number;
}

/** FLOP/s of a training step where nothing was measured. */
const firstGuess = { cpu: 1e9, ort: 6e9, 'ort-webgpu': 1e9, software: 1e9, webgpu: 150e9 } as const;
/** A first run there finds out which kernels suit the adapter. */
const onceMs = { cpu: 0, ort: 0, 'ort-webgpu': 20e3, software: 20e3, webgpu: 2e3 } as const;
/** Even an idle GPU needs this long to be told about one dispatch. */
const msPerDispatch = { cpu: 0, ort: 0, 'ort-webgpu': 0.05, software: 0.05, webgpu: 0.02 } as const;
/** Of what one layer reached when backends were compared, a whole step reaches about so much. */
const STEP_OF_LAYER = 0.3;
/** A step of a recipe so many times as large or small takes its part of the time; of others only the class is known. */
const ALIKE = 4;

type DeviceClass = keyof typeof firstGuess;

function deviceClass(device: DeviceInfo | null): DeviceClass {
  if (device === null) return 'cpu';
  if (device.backend !== 'webgpu') return device.backend;
  return device.adapter?.fallback ? 'software' : 'webgpu';
}

/** Key under which a pace is remembered: the same machine tends to come back as the same adapter. */
export const deviceKey = (device: DeviceInfo | null): string =>
  device === null || device.adapter === null
    ? (device?.backend ?? 'cpu')
    : `${device.backend}:${device.adapter.vendor}/${device.adapter.architecture}`;

/** As much as can be said honestly of a time that nobody measured. */
export const timeClasses = ['seconds', 'minute', 'minutes', 'half-hour', 'hour', 'hours'] as const;
export type TimeClass = (typeof timeClasses)[number];
const most: Readonly<Record<TimeClass, number>> = {
  seconds: 20e3,
  minute: 90e3,
  minutes: 15 * 60e3,
  'half-hour': 45 * 60e3,
  hour: 100 * 60e3,
  hours: Number.POSITIVE_INFINITY,
};

export const classOf = (ms: number): TimeClass => timeClasses.find((name) => ms < most[name]) ?? 'hours';

/** How long the whole run takes, from the first question to the last: `ms` where it is known, else its class alone. */
export interface TimeTold {
  readonly ms: number | null;
  readonly class: TimeClass;
  /** What it is told by. */
  readonly from: 'measured' | 'other-size' | 'guess';
}

function guessedMs(estimate: CostEstimate, device: DeviceInfo | null): number {
  const kind = deviceClass(device);
  const layer = device?.compared?.flops;
  const speed = layer === undefined ? firstGuess[kind] : layer * STEP_OF_LAYER;
  const stepMs = (estimate.flopsPerStep * 1000) / speed + estimate.dispatchesPerStep * msPerDispatch[kind];
  return onceMs[kind] + estimate.steps * stepMs;
}

/** What an estimate is made for: where a run will measure first which backend is faster, as if it were ONNX Runtime. */
export const expected = (device: DeviceInfo | null, undecided: boolean): DeviceInfo | null =>
  undecided && device !== null ? { ...device, backend: 'ort', adapter: null } : device;

/** What runs take that follow one another. */
export function timeTold(
  estimates: readonly CostEstimate[],
  device: DeviceInfo | null,
  measured: Measured | null,
): TimeTold {
  const each = estimates.map((estimate) => taken(estimate, device, measured));
  const ms = each.reduce((sum, one) => sum + one.ms, 0);
  const from =
    (['guess', 'other-size'] as const).find((kind) => each.some((one) => one.from === kind)) ?? 'measured';
  return { ms: from === 'measured' ? ms : null, class: classOf(ms), from };
}

function taken(
  estimate: CostEstimate,
  device: DeviceInfo | null,
  measured: Measured | null,
): { readonly ms: number; readonly from: TimeTold['from'] } {
  if (measured === null) return { ms: guessedMs(estimate, device), from: 'guess' };
  const size = estimate.flopsPerStep / measured.flopsPerStep;
  const ms = measured.aroundMs + estimate.steps * size * measured.msPerStep;
  const alike = size <= ALIKE && size >= 1 / ALIKE;
  return { ms, from: alike ? 'measured' : 'other-size' };
}
