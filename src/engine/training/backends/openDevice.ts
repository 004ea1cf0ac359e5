// Finds the adapter of this machine and opens a backend on it, or says why the CPU runs. The GPU object comes from outside:
// navigator.gpu in a browser, the bindings of the `webgpu` package in Node.
import { Cancelled, UserError, wordsOf } from '../../ground/errors.ts';
import type { ReadOptions } from '../../ground/fetching/progress.ts';
import type { Text } from '../../ground/text.ts';
import { deviceLost, gpuError, outOfMemory } from '../trainingErrors.ts';
import type { Backend } from './backend.ts';
import { CpuBackend } from './cpuBackend.ts';
import type { BackendChoice, CpuReason, DeviceInfo } from './deviceInfo.ts';
import { GpuBackend } from './gpuBackend.ts';
import type { OrtSource } from './ort/fetchOrt.ts';
import { OrtBackend } from './ort/ortBackend.ts';
import type { ToldTuning } from './tuning/tune.ts';
import { variantsFor } from './tuning/tune.ts';
import type { TuningCache } from './variants.ts';
import { wantedFeatures } from './variants.ts';

export interface OpenedBackend {
  readonly backend: Backend;
  readonly device: DeviceInfo;
  /** Resolves when the device is lost or reports an error that nobody caught; never for the CPU. */
  readonly lost: Promise<UserError>;
}

export interface OpenOptions {
  readonly gpu: GPU | null;
  /** Fetches and starts ONNX Runtime; null where it is not offered. */
  readonly ort?: OrtSource | null;
  /** Told how far its program has come. */
  readonly watch?: ReadOptions;
  readonly choice: BackendChoice;
  readonly profile?: boolean;
  /** The script's own weights are half precision, so decoded ones may stand in scratch as half. */
  readonly half?: boolean;
  /** Remembers which kernels suit this adapter. */
  readonly tuning?: TuningCache | null;
  /** Told while kernels are measured, once for an adapter; what it throws ends the opening. */
  readonly onTuning?: ToldTuning;
  /** Lets a thread answer messages between the nodes of a CPU run. */
  readonly breathe?: () => Promise<void> | null;
  readonly now: () => number;
}

const wantedLimits = ['maxStorageBufferBindingSize', 'maxBufferSize'] as const;
const shownLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

const never = new Promise<UserError>(() => {});
const processor = (backend: 'ort' | 'cpu', reason: CpuReason, trouble: Text | null = null): DeviceInfo => ({
  backend,
  reason,
  trouble,
  adapter: null,
  features: [],
  limits: {},
});

function describeAdapter(adapter: GPUAdapter): DeviceInfo {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return {
    backend: 'webgpu',
    reason: null,
    trouble: null,
    adapter: { vendor, architecture, device, description, fallback: isFallbackAdapter },
    features: [...adapter.features].sort(),
    limits: Object.fromEntries(shownLimits.map((name) => [name, adapter.limits[name]])),
  };
}

async function findAdapter(gpu: GPU | null): Promise<GPUAdapter | null> {
  try {
    return (await gpu?.requestAdapter({ powerPreference: 'high-performance' })) ?? null;
  } catch {
    // A browser that refuses to answer has no adapter for us.
    return null;
  }
}

/** What this machine offers, without opening a device or fetching anything. `offersOrt`: ONNX Runtime may be fetched. */
export async function probeDevice(
  gpu: GPU | null,
  choice: BackendChoice,
  offersOrt = false,
): Promise<DeviceInfo> {
  const fallback = offersOrt ? 'ort' : 'cpu';
  if (choice === 'cpu' || choice === 'ort') return processor(choice, 'chosen');
  if (!gpu) return processor(fallback, 'no-webgpu');
  const adapter = await findAdapter(gpu);
  return adapter ? describeAdapter(adapter) : processor(fallback, 'no-adapter');
}

/** A device that the backend itself destroyed is not lost. */
function lossOf(device: GPUDevice, backend: GpuBackend): Promise<UserError> {
  return device.lost.then(({ reason, message }) =>
    backend.destroyed ? never : deviceLost({ cause: message || reason }),
  );
}

/** Milliseconds in which a device that is gone says so, behind the failure of what was awaited of it. */
const GRACE_MS = 250;

/** A device that goes while its kernels are measured makes that fail in words of its own; null: it did not go. */
async function lostBehind(device: GPUDevice, error: unknown): Promise<UserError | null> {
  if (error instanceof UserError || error instanceof Cancelled) return null;
  const late = new Promise<null>((resolve) => setTimeout(() => resolve(null), GRACE_MS));
  const lost = await Promise.race([device.lost, late]);
  return lost && deviceLost({ cause: lost.message || lost.reason });
}

/** Errors of WebGPU come late and outside of any call; a run that goes on after one computes nonsense. */
function failureOf(device: GPUDevice): Promise<UserError> {
  return new Promise((resolve) => {
    device.onuncapturederror = ({ error }) => {
      const kind = error.constructor.name === 'GPUOutOfMemoryError' ? outOfMemory : gpuError;
      resolve(kind({ cause: error.message }));
    };
  });
}

/**
 * Opens the chosen backend. Where there is no adapter ONNX Runtime takes the place of WebGPU, and plain TypeScript that of ONNX Runtime; either is
 * told. Throws Cancelled.
 */
export async function openBackend(options: OpenOptions): Promise<OpenedBackend> {
  const { gpu, choice, now, breathe, ort = null, watch = {} } = options;
  const hooks = { ...(options.profile ? { now } : {}), ...(breathe ? { breathe } : {}) };
  const onCpu = (reason: CpuReason, trouble: Text | null = null): OpenedBackend => ({
    backend: new CpuBackend({ precision: 'float32', ...hooks }),
    device: processor('cpu', reason, trouble),
    lost: never,
  });
  const onOrt = async (reason: CpuReason): Promise<OpenedBackend> => {
    if (!ort) return onCpu(reason === 'chosen' ? 'ort-failed' : reason);
    try {
      const backend = new OrtBackend(await ort(watch), hooks);
      return { backend, device: processor('ort', reason), lost: never };
    } catch (error) {
      if (error instanceof Cancelled) throw error;
      return onCpu('ort-failed', wordsOf(error));
    }
  };
  if (choice === 'cpu') return onCpu('chosen');
  if (choice === 'ort') return onOrt('chosen');
  if (!gpu) return onOrt('no-webgpu');
  const adapter = await findAdapter(gpu);
  if (!adapter) return onOrt('no-adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
  });
  const measured = variantsFor(device, adapter.info, now, options.tuning ?? null, options.onTuning);
  const variants = await measured.catch(async (error: unknown) => {
    const lost = await lostBehind(device, error);
    device.destroy();
    throw lost ?? error;
  });
  const backend = new GpuBackend(device, {
    profile: options.profile ?? false,
    variants: options.half ? variants : { ...variants, stored: 'f32' },
  });
  return {
    backend,
    device: describeAdapter(adapter),
    lost: Promise.race([lossOf(device, backend), failureOf(device)]),
  };
}

/** `webgpu:vendor/architecture`, `ort` or `cpu`, as a fingerprint names the device class. */
export function deviceClass(device: DeviceInfo): string {
  return device.adapter ? `webgpu:${device.adapter.vendor}/${device.adapter.architecture}` : device.backend;
}
