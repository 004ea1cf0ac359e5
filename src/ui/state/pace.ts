// How long a run will take: FLOPs over a speed. The speed is a first guess per kind of device until a run here has
// measured it; measured speeds are remembered by the page (see remembered.ts), not here.
import type { CostEstimate } from '../../engine/index.ts';
import type { DeviceInfo } from '../../engine/protocol.ts';

/** FLOP/s assumed before anything was measured; deliberately low, so that a run ends sooner than promised. */
const firstGuess = { cpu: 1e9, ort: 4e9, software: 3e9, webgpu: 150e9 } as const;
/** Even an idle GPU needs this long to be told about one dispatch. */
const msPerDispatch = { cpu: 0, ort: 0, software: 0.05, webgpu: 0.02 } as const;

export type DeviceClass = keyof typeof firstGuess;

function deviceClass(device: DeviceInfo | null): DeviceClass {
  if (device === null) return 'cpu';
  if (device.backend !== 'webgpu') return device.backend;
  return device.adapter?.fallback ? 'software' : 'webgpu';
}

/** Key under which a measured speed is remembered: the same machine tends to come back as the same adapter. */
export const deviceKey = (device: DeviceInfo | null): string =>
  device === null || device.adapter === null
    ? (device?.backend ?? 'cpu')
    : `${device.backend}:${device.adapter.vendor}/${device.adapter.architecture}`;

/** Milliseconds for the whole run. `measured`: FLOP/s of an earlier run on this device, overheads included. */
export function runMs(estimate: CostEstimate, device: DeviceInfo | null, measured: number | null): number {
  if (measured !== null && measured > 0) return (estimate.steps * estimate.flopsPerStep * 1000) / measured;
  const kind = deviceClass(device);
  const stepMs =
    (estimate.flopsPerStep * 1000) / firstGuess[kind] + estimate.dispatchesPerStep * msPerDispatch[kind];
  return estimate.steps * stepMs;
}
