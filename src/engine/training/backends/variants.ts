// Which kernel variants a device runs, and the name under which a measurement of them is kept. Measures nothing (tune.ts) and opens no device.
import { isRecord } from '../../ground/isRecord.ts';
import type { KernelProfile } from '../../torch/autograd/operation.ts';

export type Variants = Pick<KernelProfile, 'linear'> &
  Required<Pick<KernelProfile, 'stored' | 'vector' | 'sums' | 'attention'>>;

/** Keeps what was measured. Keys name an adapter. */
export interface TuningCache {
  load(key: string): Promise<unknown>;
  save(key: string, value: Variants): Promise<void>;
}

/** Raised when kernels change so much that old measurements mean nothing. */
const KERNELS = 4;
export const portableVariants: Variants = {
  linear: 'narrow',
  stored: 'f32',
  vector: 'column',
  sums: 'invocation',
  attention: 'row',
};

/** Of an adapter that has them. */
export const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

/** What was measured before, as a file has it; null for what is none. */
export function knownVariants(value: unknown): Variants | null {
  if (!isRecord(value)) return null;
  const { linear, stored, vector, sums, attention } = value;
  if (linear !== 'narrow' && linear !== 'tiled64' && linear !== 'tiled128') return null;
  if ((stored !== 'f32' && stored !== 'f16') || (vector !== 'column' && vector !== 'subgroup')) return null;
  if ((sums !== 'invocation' && sums !== 'workgroup') || (attention !== 'row' && attention !== 'tile'))
    return null;
  return { linear, stored, vector, sums, attention };
}

type Named = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;

/** Names an adapter, with what its device offers. */
export function tuningKey(features: Iterable<string>, adapter: Named): string {
  const { vendor, architecture, device, description } = adapter;
  return [KERNELS, vendor, architecture, device, description, [...features].sort().join(' ')].join('|');
}
