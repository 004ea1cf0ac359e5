// numpy's default_rng(seed): SeedSequence and PCG64 (XSL-RR 128/64), as far as a permutation needs them.
// Source: O'Neill, PCG, 2014; numpy 2.4 random/bit_generator.pyx and _generator.pyx (masked rejection).

const MASK64 = (1n << 64n) - 1n;
const MASK128 = (1n << 128n) - 1n;
const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n;

const u32 = (value: number): number => value >>> 0;

/** Hashes entropy into a pool of four words, each call moving its constant on. */
function hasher(constant: number, multiplier: number): (value: number) => number {
  let current = constant;
  return (value) => {
    let hashed = u32(value ^ current);
    current = u32(Math.imul(current, multiplier));
    hashed = u32(Math.imul(hashed, current));
    return u32(hashed ^ (hashed >>> 16));
  };
}

function mix(x: number, y: number): number {
  const result = u32(Math.imul(0xca01f9dd, x) - Math.imul(0x4973f715, y));
  return u32(result ^ (result >>> 16));
}

/** SeedSequence(seed).generate_state(4, uint64) for a seed below 2^32. */
function seedState(seed: number): bigint[] {
  const hash = hasher(0x43b0d7e5, 0x931e8875);
  const pool = [u32(seed), 0, 0, 0].map(hash);
  for (let from = 0; from < 4; from++)
    for (let to = 0; to < 4; to++) if (from !== to) pool[to] = mix(pool[to] ?? 0, hash(pool[from] ?? 0));
  const generate = hasher(0x8b51f9dd, 0x58f38ded);
  const words = Array.from({ length: 8 }, (_, i) => generate(pool[i % 4] ?? 0));
  return [0, 1, 2, 3].map((i) => BigInt(words[2 * i] ?? 0) | (BigInt(words[2 * i + 1] ?? 0) << 32n));
}

export class NumpyGenerator {
  #state: bigint;
  readonly #increment: bigint;
  #half: number | null = null;

  /** numpy.random.default_rng(seed), seed from 0 to 2^32 - 1. */
  constructor(seed: number) {
    const [high = 0n, low = 0n, incrementHigh = 0n, incrementLow = 0n] = seedState(seed);
    this.#increment = ((((incrementHigh << 64n) | incrementLow) << 1n) | 1n) & MASK128;
    this.#state = 0n;
    this.#advance();
    this.#state = (this.#state + ((high << 64n) | low)) & MASK128;
    this.#advance();
  }

  /** numpy's next_uint32: the low half of a 64-bit draw, then the high half. */
  nextU32(): number {
    if (this.#half !== null) {
      const kept = this.#half;
      this.#half = null;
      return kept;
    }
    this.#advance();
    const folded = ((this.#state >> 64n) ^ this.#state) & MASK64;
    const turn = this.#state >> 122n;
    const value = ((folded >> turn) | (folded << ((64n - turn) & 63n))) & MASK64;
    this.#half = Number(value >> 32n);
    return Number(value & 0xffffffffn);
  }

  /** Generator.permutation(n): a Fisher-Yates shuffle from the end. */
  permutation(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.#below(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }

  #advance(): void {
    this.#state = (this.#state * MULTIPLIER + this.#increment) & MASK128;
  }

  /** random_interval: the low bits of a draw, again until they fall in [0, range). */
  #below(range: number): number {
    const mask = 2 ** (32 - Math.clz32(range - 1)) - 1;
    for (;;) {
      const value = u32(this.nextU32() & mask);
      if (value < range) return value;
    }
  }
}
