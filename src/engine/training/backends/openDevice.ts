// Finds the adapter of this machine and opens a backend on it, or says why the CPU runs. The GPU object comes from outside:
// navigator.gpu in a browser, the bindings of the `webgpu` package in Node.
import { Cancelled, UserError, wordsOf } from '../../ground/errors.ts';
import type { ReadOptions } from '../../ground/fetching/progress.ts';
import type { Text } from '../../ground/text.ts';
import { deviceLost, gpuError, ortError, outOfMemory } from '../trainingErrors.ts';
import type { Backend } from './backend.ts';
import { CpuBackend } from './cpuBackend.ts';
import type { BackendChoice, BackendKind, Compared, CpuReason, DeviceInfo } from './deviceInfo.ts';
import { GpuBackend } from './gpuBackend.ts';
import type { OrtSource } from './ort/fetchOrt.ts';
import { ortLoss } from './ort/openOrt.ts';
import type { OrtRuntime } from './ort/ortBackend.ts';
import { OrtBackend } from './ort/ortBackend.ts';
import type { Comparison } from './softwareAdapter.ts';
import { comparisonKey, isSoftware, knownComparison, takenOf } from './softwareAdapter.ts';
import { compareBackends, comparedFlops } from './tuning/compare.ts';
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
  /** The same with its own WebGPU. */
  readonly ortGpu?: OrtSource | null;
  /** Told how far its program has come. */
  readonly watch?: ReadOptions;
  readonly choice: BackendChoice;
  /** What a run that goes on ran on before: its numbers would not be another backend's. */
  readonly had?: BackendKind | null;
  readonly profile?: boolean;
  /** The script's own weights are half precision, so decoded ones may stand in scratch as half. */
  readonly half?: boolean;
  /** Remembers which kernels suit this adapter. */
  readonly tuning?: TuningCache | null;
  /** Told while kernels are measured, once for an adapter; what it throws ends the opening. */
  readonly onTuning?: ToldTuning;
  /** Told when WebGPU and ONNX Runtime are to be compared; what it throws ends the opening. */
  readonly onComparing?: () => void;
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
const processor = (
  backend: 'ort' | 'cpu',
  reason: CpuReason,
  {
    trouble = null,
    compared = null,
    threads = null,
  }: Partial<Pick<DeviceInfo, 'trouble' | 'compared' | 'threads'>> = {},
): DeviceInfo => ({
  backend,
  reason,
  threads,
  trouble,
  compared,
  adapter: null,
  features: [],
  limits: {},
});

function describeAdapter(adapter: GPUAdapter, backend: 'webgpu' | 'ort-webgpu' = 'webgpu'): DeviceInfo {
  const { vendor, architecture, device, description } = adapter.info;
  return {
    backend,
    reason: null,
    threads: null,
    trouble: null,
    compared: null,
    adapter: { vendor, architecture, device, description, fallback: isSoftware(adapter.info) },
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

function comparedOn({ info }: GPUAdapter, { webgpuMs, ortMs }: Comparison): Compared {
  const { vendor, architecture, device, description } = info;
  const adapter = [description, device, architecture, vendor].find((name) => name !== '') ?? '';
  const takenMs = { webgpu: webgpuMs, ort: ortMs }[takenOf({ webgpuMs, ortMs })];
  return { adapter, times: webgpuMs / ortMs, flops: (comparedFlops() * 1000) / takenMs };
}

const keptComparison = async ({ info }: GPUAdapter, tuning: TuningCache | null): Promise<Comparison | null> =>
  knownComparison(await tuning?.load(comparisonKey(info)).catch(() => null));

/** What this machine offers, without opening a device or fetching anything. `offersOrt`: ONNX Runtime may be fetched. */
export async function probeDevice(
  gpu: GPU | null,
  choice: BackendChoice,
  offersOrt = false,
  tuning: TuningCache | null = null,
): Promise<DeviceInfo> {
  const fallback = offersOrt ? 'ort' : 'cpu';
  if (choice === 'cpu' || choice === 'ort') return processor(choice, 'chosen');
  if (!gpu) return processor(fallback, 'no-webgpu');
  const adapter = await findAdapter(gpu);
  if (!adapter) return processor(fallback, 'no-adapter');
  if (choice === 'ort-webgpu') return describeAdapter(adapter, choice);
  const compares = choice === 'auto' && offersOrt && isSoftware(adapter.info);
  const kept = compares ? await keptComparison(adapter, tuning) : null;
  if (!kept) return describeAdapter(adapter);
  const compared = comparedOn(adapter, kept);
  if (takenOf(kept) === 'ort') return processor('ort', 'slower-adapter', { compared });
  return { ...describeAdapter(adapter), compared };
}

const requestDevice = (adapter: GPUAdapter): Promise<GPUDevice> =>
  adapter.requestDevice({
    requiredFeatures: wantedFeatures.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(wantedLimits.map((name) => [name, adapter.limits[name]])),
  });

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

/** What a device's failure really was, and the device is let go. Throws it. */
async function leave(device: GPUDevice, error: unknown): Promise<never> {
  const lost = await lostBehind(device, error);
  device.destroy();
  throw lost ?? error;
}

/** Both on the same work, on a device of its own: kept, so that an adapter is asked once. Throws Cancelled, and UserError 'device-lost'. */
async function compare(
  adapter: GPUAdapter,
  runtime: OrtRuntime,
  { now, tuning = null, onComparing = () => {} }: OpenOptions,
): Promise<Comparison> {
  onComparing();
  const device = await requestDevice(adapter);
  const ort = new OrtBackend(runtime);
  const measured = await compareBackends(device, ort, now)
    .catch((error: unknown) => leave(device, error))
    .finally(() => ort.destroy());
  device.destroy();
  await tuning?.save(comparisonKey(adapter.info), measured).catch(() => {});
  return measured;
}

/** ONNX Runtime, or in words why it does not start. Throws Cancelled. */
async function startOrt(ort: OrtSource, watch: ReadOptions): Promise<OrtRuntime | Text> {
  try {
    return await ort(watch);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    return wordsOf(error);
  }
}

const isStarted = (started: OrtRuntime | Text): started is OrtRuntime => 'createSession' in started;

type Beside = Pick<DeviceInfo, 'trouble' | 'compared'>;

/** ONNX Runtime where it is the faster one on an adapter that computes on the processor, or where that fails. Throws Cancelled. */
async function ortWhereFaster(
  adapter: GPUAdapter,
  ort: OrtSource,
  options: OpenOptions,
): Promise<Beside & { readonly faster: OrtRuntime | null }> {
  const kept = await keptComparison(adapter, options.tuning ?? null);
  const told = (comparison: Comparison, faster: OrtRuntime | null) => ({
    trouble: null,
    compared: comparedOn(adapter, comparison),
    faster,
  });
  if (kept && takenOf(kept) === 'webgpu') return told(kept, null);
  const started = await startOrt(ort, options.watch ?? {});
  if (!isStarted(started)) return { trouble: started, compared: null, faster: null };
  try {
    const comparison = kept ?? (await compare(adapter, started, options));
    return told(comparison, takenOf(comparison) === 'ort' ? started : null);
  } catch (error) {
    if (error instanceof Cancelled) throw error;
    // What fails at a second's work is not given a run's.
    return { trouble: wordsOf(error), compared: null, faster: ortError.is(error) ? null : started };
  }
}

/**
 * Opens the chosen backend. Where there is no adapter ONNX Runtime takes the place of WebGPU, and plain TypeScript that of ONNX Runtime; where
 * the adapter computes on the processor, Automatic takes the faster of the first two. All is told. Throws Cancelled.
 */
export async function openBackend(options: OpenOptions): Promise<OpenedBackend> {
  const { gpu, choice, now, breathe, ort = null, watch = {}, had = null } = options;
  const hooks = { ...(options.profile ? { now } : {}), ...(breathe ? { breathe } : {}) };
  const onCpu = (reason: CpuReason, trouble: Text | null = null): OpenedBackend => ({
    backend: new CpuBackend({ precision: 'float32', ...hooks }),
    device: processor('cpu', reason, { trouble }),
    lost: never,
  });
  const onStarted = (started: OrtRuntime, reason: CpuReason, beside: Partial<Beside> = {}) => ({
    backend: new OrtBackend(started, hooks),
    device: processor('ort', reason, { ...beside, threads: started.threads ?? 1 }),
    lost: never,
  });
  const onOrt = async (reason: CpuReason): Promise<OpenedBackend> => {
    if (!ort) return onCpu(reason === 'chosen' ? 'ort-failed' : reason);
    const started = await startOrt(ort, watch);
    return isStarted(started) ? onStarted(started, reason) : onCpu('ort-failed', started);
  };
  if (choice === 'cpu') return onCpu('chosen');
  if (choice === 'ort') return onOrt('chosen');
  if (!gpu) return onOrt('no-webgpu');
  const found = await findAdapter(gpu);
  if (!found) return onOrt('no-adapter');
  if (choice === 'ort-webgpu') {
    if (!options.ortGpu) return onCpu('ort-failed');
    const started = await startOrt(options.ortGpu, watch);
    if (!isStarted(started)) return onCpu('ort-failed', started);
    const device = describeAdapter(found, choice);
    return { backend: new OrtBackend(started, hooks), device, lost: ortLoss(started) ?? never };
  }
  const compares = choice === 'auto' && had !== 'webgpu' && isSoftware(found.info);
  const { faster, ...beside } =
    compares && ort
      ? await ortWhereFaster(found, ort, options)
      : { faster: null, trouble: null, compared: null };
  if (faster) return onStarted(faster, beside.compared ? 'slower-adapter' : 'no-adapter', beside);
  // A run that was on it goes on beside it, as it was told.
  if (beside.trouble && had === 'ort') return onCpu('ort-failed', beside.trouble);
  // An adapter gives one device.
  const adapter = beside.compared ? ((await findAdapter(gpu)) ?? found) : found;
  const device = await requestDevice(adapter);
  const variants = await variantsFor(
    device,
    adapter.info,
    now,
    options.tuning ?? null,
    options.onTuning,
  ).catch((error: unknown) => leave(device, error));
  const backend = new GpuBackend(device, {
    profile: options.profile ?? false,
    variants: options.half ? variants : { ...variants, stored: 'f32' },
  });
  return {
    backend,
    device: { ...describeAdapter(adapter), ...beside },
    lost: Promise.race([lossOf(device, backend), failureOf(device)]),
  };
}
