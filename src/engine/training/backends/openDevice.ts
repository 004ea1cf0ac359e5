// Finds the adapter of this machine and opens a backend on it, or says why the CPU runs. The GPU object comes from outside:
// navigator.gpu in a browser, the bindings of the `webgpu` package in Node.
import type { UserError } from '../../ground/errors.ts';
import { deviceLost, gpuError, outOfMemory } from '../trainingErrors.ts';
import type { Backend } from './backend.ts';
import { CpuBackend } from './cpuBackend.ts';
import type { BackendChoice, CpuReason, DeviceInfo } from './deviceInfo.ts';
import { GpuBackend } from './gpuBackend.ts';
import type { OrtRuntime } from './ort/ortBackend.ts';
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

export type OrtSource = () => Promise<OrtRuntime>;

export interface OpenOptions {
  readonly gpu: GPU | null;
  /** Fetches ONNX Runtime; null where it is not offered. */
  readonly ort?: OrtSource | null;
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
const processor = (backend: 'ort' | 'cpu', reason: CpuReason): DeviceInfo => ({
  backend,
  reason,
  adapter: null,
  features: [],
  limits: {},
});

function describeAdapter(adapter: GPUAdapter): DeviceInfo {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return {
    backend: 'webgpu',
    reason: null,
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

/** What this machine offers, without opening a device. */
export async function probeDevice(gpu: GPU | null, choice: BackendChoice): Promise<DeviceInfo> {
  if (choice === 'cpu' || choice === 'ort') return processor(choice, 'chosen');
  if (!gpu) return processor('cpu', 'no-webgpu');
  const adapter = await findAdapter(gpu);
  return adapter ? describeAdapter(adapter) : processor('cpu', 'no-adapter');
}

/** A device that the backend itself destroyed is not lost. */
function lossOf(device: GPUDevice, backend: GpuBackend): Promise<UserError> {
  return device.lost.then(({ reason, message }) =>
    backend.destroyed ? never : deviceLost({ cause: message || reason }),
  );
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

/** Opens the chosen backend; 'auto' and 'webgpu' fall back to the CPU where there is no adapter, and say so. */
export async function openBackend(options: OpenOptions): Promise<OpenedBackend> {
  const { gpu, choice, now, breathe, ort = null } = options;
  const hooks = { ...(options.profile ? { now } : {}), ...(breathe ? { breathe } : {}) };
  const onCpu = (reason: CpuReason): OpenedBackend => ({
    backend: new CpuBackend({ precision: 'float32', ...hooks }),
    device: processor('cpu', reason),
    lost: never,
  });
  if (choice === 'cpu') return onCpu('chosen');
  if (choice === 'ort') {
    const runtime = await ort?.().catch(() => null);
    if (!runtime) return onCpu('ort-failed');
    return { backend: new OrtBackend(runtime, hooks), device: processor('ort', 'chosen'), lost: never };
  }
  if (!gpu) return onCpu('no-webgpu');
  const adapter = await findAdapter(gpu);
  if (!adapter) return onCpu('no-adapter');
  const device = await adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
  });
  const measured = variantsFor(device, adapter.info, now, options.tuning ?? null, options.onTuning);
  const variants = await measured.catch((error: unknown) => {
    device.destroy();
    throw error;
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
