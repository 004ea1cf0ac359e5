// Host side of lib/total.wgsl: how many invocations of a workgroup share a sum. 64 is the portable number, which adds up one after another.
import source from './total.wgsl?raw';

/** WGSL `total(own, lane)`, for kernels with the constant LANES, an alias `Sum` and `partial`. */
export const totalSnippet: string = source;

/** Constant of every kernel that uses it, as the portable variants have it. */
export const lanes = { LANES: 64 } as const;

/** Of a row that many invocations may share. */
export const MANY_LANES = 256;

/** Iterations in a row of `total`. */
export const totalChain = (count: number): number => (count === 64 ? 64 : Math.ceil(count / 16));
