// What runs the plans: the choice a person makes, and what was opened. Plain data; openDevice.ts does the opening.

export type BackendChoice = 'auto' | 'webgpu' | 'cpu';

export interface DeviceInfo {
  readonly backend: 'webgpu' | 'cpu';
  /** Why the CPU runs: 'no-webgpu' | 'no-adapter' | 'chosen' | 'lost'; null on WebGPU. */
  readonly reason: string | null;
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
