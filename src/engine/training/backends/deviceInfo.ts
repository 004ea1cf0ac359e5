// What runs the plans: the choice a person makes, and what was opened. Plain data; openDevice.ts does the opening.
import type { Text } from '../../ground/text.ts';

/** WebGPU, ONNX Runtime's WebAssembly, its own WebGPU (to compare with, never taken unasked), or plain TypeScript. */
export const backendKinds = ['webgpu', 'ort', 'ort-webgpu', 'cpu'] as const;
export type BackendKind = (typeof backendKinds)[number];

/** Whether ONNX Runtime runs the plans. */
export const isOnOrt = (kind: BackendKind): kind is 'ort' | 'ort-webgpu' =>
  kind === 'ort' || kind === 'ort-webgpu';

export type BackendChoice = 'auto' | BackendKind;

export const isBackendChoice = (name: string): name is BackendChoice =>
  name === 'auto' || backendKinds.some((kind) => kind === name);

/** Why the processor runs, with any of its backends; the page has words for each. */
export const cpuReasons = ['no-webgpu', 'no-adapter', 'slower-adapter', 'chosen', 'ort-failed'] as const;
export type CpuReason = (typeof cpuReasons)[number];

export interface Compared {
  /** The adapter in a word or two. */
  readonly adapter: string;
  /** How many times as fast ONNX Runtime is. */
  readonly times: number;
  /** FLOP/s of a layer on the one that is taken. */
  readonly flops: number;
}

export interface DeviceInfo {
  readonly backend: BackendKind;
  /** null on WebGPU, ours or ONNX Runtime's. */
  readonly reason: CpuReason | null;
  /** On how many ONNX Runtime computes; null where it doesn't run on the processor, or has not begun. */
  readonly threads: number | null;
  /** Why ONNX Runtime, which was wanted, does not run, and what to do; null where it runs or nobody wanted it. */
  readonly trouble: Text | null;
  /** Where the adapter computes on the processor and both were measured there; null where nothing was compared. */
  readonly compared: Compared | null;
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    /** It computes on the processor. */
    readonly fallback: boolean;
  } | null;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

/** `webgpu:vendor/architecture`, `ort-webgpu:vendor/architecture`, `ort` or `cpu`, as a fingerprint names the device class. */
export function deviceClass(device: DeviceInfo): string {
  const { adapter, backend } = device;
  return adapter ? `${backend}:${adapter.vendor}/${adapter.architecture}` : backend;
}
