// Reference of the dropout mask, bit-identical to dropout_scale.wgsl.
import type { FloatArray } from '../declaration.ts';
import type { StepNumbers } from '../lib/step.ts';

const MULTIPLIER = 0xd256d193;
const WEYL = 0x9e3779b9;

/** Upper 32 bits of a 32×32 bit product. */
function multiplyHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const middle = a1 * b0 + ((a0 * b0) >>> 16);
  const cross = a0 * b1 + (middle & 0xffff);
  return (a1 * b1 + Math.floor(middle / 65536) + Math.floor(cross / 65536)) >>> 0;
}

/** Philox-2x32-10. Source: Salmon et al., SC 2011; counter and key as there, u32. */
export function philox2x32(counter: readonly [number, number], seed: number): [number, number] {
  let [x, y] = counter;
  let key = seed >>> 0;
  for (let round = 0; round < 10; round++) {
    const high = multiplyHigh(MULTIPLIER, x);
    const low = Math.imul(MULTIPLIER, x) >>> 0;
    x = (high ^ key ^ y) >>> 0;
    y = low;
    key = (key + WEYL) >>> 0;
  }
  return [x, y];
}

/** 0 with probability `rate`, else 1 / (1 - rate). */
export function dropoutScale(seed: number, stream: number, element: number, rate: number): number {
  const random = (philox2x32([element, stream], seed)[0] >>> 8) * 2 ** -24;
  return random < Math.fround(rate) ? 0 : 1 / (1 - rate);
}

export interface DropoutArguments {
  readonly x: FloatArray;
  readonly y: FloatArray;
  readonly step: Pick<StepNumbers, 'seed'>;
  readonly n: number;
  readonly stream: number;
  readonly rate: number;
}

export function dropoutReference({ x, y, step, n, stream, rate }: DropoutArguments): void {
  for (let i = 0; i < n; i++) y[i] = (x[i] ?? 0) * dropoutScale(step.seed, stream, i, rate);
}
