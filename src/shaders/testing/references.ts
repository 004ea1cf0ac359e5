// Test-only: calls of kernels by their references in float64, over the arrays that a GPU test gives to `runCalls`: what its
// results are held against.

import type { NumberArray } from '../declaration.ts';
import type { KernelCall } from '../kernel.ts';
import { referenceOf } from '../kernel.ts';
import type { Data } from './gpu.ts';
import { decodeStep } from './step.ts';
import { absolute } from './tolerance.ts';

type Wide<D extends Data> = D extends Float32Array ? Float64Array : D;

/** Runs references in order over named arrays; equal names share an array. Returns them all, floats as float64. */
export function runReferences<const A extends Readonly<Record<string, Data>>>(
  arrays: A,
  calls: readonly KernelCall<string>[],
): { readonly [K in keyof A]: Wide<A[K]> } {
  const wide = new Map<string, NumberArray>();
  for (const [name, data] of Object.entries(arrays))
    if (!(data instanceof Uint8Array))
      wide.set(name, data instanceof Float32Array ? Float64Array.from(data) : data);
  const step = decodeStep(arrays.step);
  for (const call of calls)
    referenceOf(call, (name) => {
      const array = wide.get(name);
      if (!array) throw new Error(`test: no array named '${name}'`);
      return array;
    })(step);
  return { ...arrays, ...Object.fromEntries(wide) } as { readonly [K in keyof A]: Wide<A[K]> };
}

/**
 * The same with every float's absolute value: of a map that sums products, what comes out is Σ|a_i b_i|, which bounds its rounding
 * (`sumBound`).
 */
export function runMagnitudes<const A extends Readonly<Record<string, Data>>>(
  arrays: A,
  calls: readonly KernelCall<string>[],
): { readonly [K in keyof A]: Wide<A[K]> } {
  const positive = Object.entries(arrays).map(([name, data]) => [
    name,
    data instanceof Float32Array ? Float32Array.from(absolute(data)) : data,
  ]);
  return runReferences(Object.fromEntries(positive) as A, calls);
}
