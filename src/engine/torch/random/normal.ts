// tensor.normal_(0, std) of torch's CPU generator in float32, bit for bit as its AVX2 path draws it, from 16 elements on: uniforms
// first, then Box–Muller within blocks of 16, the last block drawn anew where the length is no multiple. Logarithm, sine and
// cosine are the Cephes polynomials in float32 with fused multiply-add. Source: torch 2.15 ATen/native/cpu/DistributionTemplates.h.
import { invariant } from '../../ground/errors.ts';
import type { TorchGenerator } from './mt19937.ts';

const f = Math.fround;
/** a·b + c rounded once: the product of two float32 is exact in float64. */
const fma = (a: number, b: number, c: number): number => f(a * b + c);
const constants = (...values: readonly number[]): readonly number[] => values.map(f);

const bits = new DataView(new ArrayBuffer(4));

/** c[0]·x^n + … + c[n]. */
const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => fma(sum, x, coefficient));

const LOG = constants(
  ...[7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1],
  ...[-1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1],
);
const [LN2_LOW = 0, LN2_HIGH = 0, SQRT_HALF = 0] = constants(-2.1219444e-4, 0.693359375, Math.SQRT1_2);

function log(x: number): number {
  bits.setFloat32(0, x);
  const word = bits.getUint32(0);
  bits.setUint32(0, (word & 0x807fffff) | 0x3f000000);
  const mantissa = bits.getFloat32(0);
  const small = mantissa < SQRT_HALF;
  const exponent = (word >>> 23) - 0x7e - (small ? 1 : 0);
  const m = small ? f(f(mantissa - 1) + mantissa) : f(mantissa - 1);
  const z = f(m * m);
  const tail = fma(f(polynomial(LOG, m) * m), z, f(exponent * LN2_LOW));
  return fma(exponent, LN2_HIGH, f(m + f(tail - z * 0.5)));
}

const COS = constants(2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2);
const SIN = constants(-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1);
const [FOUR_OVER_PI = 0, PI4_HIGH = 0, PI4_MIDDLE = 0, PI4_LOW = 0] = constants(
  ...[4 / Math.PI, -0.78515625, -2.4187564849853516e-4, -3.774894977445941e-8],
);

/** Of an angle of at least 0. */
function sinCos(angle: number): readonly [sin: number, cos: number] {
  const octant = (Math.trunc(f(angle * FOUR_OVER_PI)) + 1) & ~1;
  const x = fma(octant, PI4_LOW, fma(octant, PI4_MIDDLE, fma(octant, PI4_HIGH, angle)));
  const z = f(x * x);
  const cosine = f(fma(f(polynomial(COS, z) * z), z, -f(z * 0.5)) + 1);
  const sine = fma(f(polynomial(SIN, z) * z), x, x);
  const straight = (octant & 2) === 0;
  const sin = straight ? sine : cosine;
  const cos = straight ? cosine : sine;
  return [(octant & 4) === 0 ? sin : -sin, ((octant - 2) & 4) === 0 ? -cos : cos];
}

const BLOCK = 16;
const TWO_PI = f(2 * Math.PI);

function boxMuller(values: Float32Array, from: number, std: number): void {
  for (let j = from; j < from + BLOCK / 2; j++) {
    const radius = f(Math.sqrt(f(-2 * log(f(1 - (values[j] ?? 0))))));
    const [sin, cos] = sinCos(f(TWO_PI * (values[j + BLOCK / 2] ?? 0)));
    values[j] = f(f(radius * cos) * std);
    values[j + BLOCK / 2] = f(f(radius * sin) * std);
  }
}

/** `length` normal numbers with deviation `std`. Throws for fewer than 16: torch draws those by another rule. */
export function torchNormal(generator: TorchGenerator, length: number, std: number): Float32Array {
  invariant(length >= BLOCK, `normal: ${length} numbers; only 16 and more are drawn as torch does`);
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) values[i] = generator.uniform(0, 1);
  for (let i = 0; i + BLOCK <= length; i += BLOCK) boxMuller(values, i, f(std));
  if (length % BLOCK !== 0) {
    for (let i = length - BLOCK; i < length; i++) values[i] = generator.uniform(0, 1);
    boxMuller(values, length - BLOCK, f(std));
  }
  return values;
}
