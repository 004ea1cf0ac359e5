// Which kernel variants a device runs, and the name under which a measurement of them is kept. Measures nothing (tuning/) and opens no device.
import { isRecord } from '../../ground/isRecord.ts';
import type { LinearVariant } from '../../torch/autograd/kernelVariants.ts';
import {
  attentionVariants,
  linearVariants,
  storedVariants,
  sumsVariants,
  vectorVariants,
} from '../../torch/autograd/kernelVariants.ts';
import type { KernelProfile } from '../../torch/autograd/operation.ts';
import type { ByRows } from '../../torch/autograd/rowClasses.ts';

export type Variants = Pick<KernelProfile, 'linear'> &
  Required<Pick<KernelProfile, 'stored' | 'vector' | 'sums' | 'attention'>>;

/** Keeps what was measured, as plain data. Keys name an adapter, and what was measured of it. */
export interface TuningCache {
  load(key: string): Promise<unknown>;
  save(key: string, value: object): Promise<void>;
}

/** For as long as whoever holds it lives: what was picked must not change between a loss and what goes on after it. */
export function memoryTuning(): TuningCache {
  const known = new Map<string, unknown>();
  return {
    load: async (key) => known.get(key),
    save: async (key, value) => void known.set(key, value),
  };
}

/** Raised when kernels change so much that old measurements mean nothing. */
const KERNELS = 6;
export const portableVariants: Variants = {
  linear: 'narrow',
  stored: 'f32',
  vector: 'column',
  sums: 'invocation',
  attention: 'row',
};

/** What a GPU with many thousand lanes is expected to choose; needs subgroups. */
export const gpuVariants: Variants = {
  linear: 'tiled64',
  stored: 'f32',
  vector: 'workgroup',
  sums: 'workgroup',
  attention: 'tile',
};

/** Of an adapter that has them. */
export const wantedFeatures: readonly GPUFeatureName[] = ['timestamp-query', 'shader-f16', 'subgroups'];

const oneOf = <T extends string>(names: readonly T[], value: unknown): T | null =>
  names.find((name) => name === value) ?? null;

function knownLinear(value: unknown): LinearVariant | ByRows<LinearVariant> | null {
  if (!isRecord(value)) return oneOf(linearVariants, value);
  const few = oneOf(linearVariants, value.few);
  const some = oneOf(linearVariants, value.some);
  const many = oneOf(linearVariants, value.many);
  return few && some && many && { few, some, many };
}

/** What was measured before, as a file has it; null for what is none. */
export function knownVariants(value: unknown): Variants | null {
  if (!isRecord(value)) return null;
  const linear = knownLinear(value.linear);
  const stored = oneOf(storedVariants, value.stored);
  const vector = oneOf(vectorVariants, value.vector);
  const sums = oneOf(sumsVariants, value.sums);
  const attention = oneOf(attentionVariants, value.attention);
  return linear && stored && vector && sums && attention && { linear, stored, vector, sums, attention };
}

type Named = Pick<GPUAdapterInfo, 'vendor' | 'architecture' | 'device' | 'description'>;

/** Names an adapter, with what its device offers. */
export function tuningKey(features: Iterable<string>, adapter: Named): string {
  const { vendor, architecture, device, description } = adapter;
  return [KERNELS, vendor, architecture, device, description, [...features].sort().join(' ')].join('|');
}

/** Variants in a few words, as a report names them. */
export function variantsInWords({ linear, ...rest }: Variants): string {
  const products = typeof linear === 'string' ? linear : `${linear.few}/${linear.some}/${linear.many}`;
  return [products, ...Object.values(rest)].join(', ');
}
