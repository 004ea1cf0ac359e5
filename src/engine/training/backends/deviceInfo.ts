// What runs the plans: the choice a person makes, and what was opened. Plain data; openDevice.ts does the opening.

export type BackendChoice = 'auto' | 'webgpu' | 'cpu';

/** Why the CPU runs; the page has words for each. */
export const cpuReasons = ['no-webgpu', 'no-adapter', 'chosen'] as const;
export type CpuReason = (typeof cpuReasons)[number];

export interface DeviceInfo {
  readonly backend: 'webgpu' | 'cpu';
  /** null on WebGPU. */
  readonly reason: CpuReason | null;
  readonly adapter: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly fallback: boolean;
  } | null;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}
