// SHA-256 (FIPS 180-4) piece by piece: a file is digested while it comes, and a page without TLS has no crypto.subtle.
// Leaves out every other digest; for short ones that only tell files apart see ground/digest.ts.
import { BlockDigest } from './blockDigest.ts';

/** The first 32 bits of the fractional part of `root` of each of the first primes, as the standard derives its constants. */
function fractions(count: number, root: (prime: number) => number): Uint32Array {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return Uint32Array.from(primes, (prime) => (root(prime) % 1) * 2 ** 32);
}

const START = Int32Array.from(fractions(8, Math.sqrt));
const ROUNDS = Int32Array.from(fractions(64, Math.cbrt));

const turned = (word: number, by: number): number => (word >>> by) | (word << (32 - by));

export class Sha256 extends BlockDigest {
  protected override readonly state = START.slice();
  readonly #words = new Int32Array(64);
  protected override block(bytes: Uint8Array, from: number): void {
    const w = this.#words;
    for (let i = 0, j = from; i < 16; i++, j += 4)
      w[i] =
        ((bytes[j] ?? 0) << 24) |
        ((bytes[j + 1] ?? 0) << 16) |
        ((bytes[j + 2] ?? 0) << 8) |
        (bytes[j + 3] ?? 0);
    for (let i = 16; i < 64; i++) {
      const p = w[i - 15] ?? 0;
      const q = w[i - 2] ?? 0;
      const s0 = turned(p, 7) ^ turned(p, 18) ^ (p >>> 3);
      const s1 = turned(q, 17) ^ turned(q, 19) ^ (q >>> 10);
      w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) | 0;
    }
    const { state } = this;
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    let f = state[5] ?? 0;
    let g = state[6] ?? 0;
    let h = state[7] ?? 0;
    for (let i = 0; i < 64; i++) {
      const s1 = turned(e, 6) ^ turned(e, 11) ^ turned(e, 25);
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (ROUNDS[i] ?? 0) + (w[i] ?? 0)) | 0;
      const s0 = turned(a, 2) ^ turned(a, 13) ^ turned(a, 22);
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + one) | 0;
      d = c;
      c = b;
      b = a;
      a = (one + two) | 0;
    }
    state[0] = (state[0] ?? 0) + a;
    state[1] = (state[1] ?? 0) + b;
    state[2] = (state[2] ?? 0) + c;
    state[3] = (state[3] ?? 0) + d;
    state[4] = (state[4] ?? 0) + e;
    state[5] = (state[5] ?? 0) + f;
    state[6] = (state[6] ?? 0) + g;
    state[7] = (state[7] ?? 0) + h;
  }
}
