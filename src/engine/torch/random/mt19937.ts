// torch's CPU generator: MT19937, and the draws that PEFT's initialisation and accelerate's sampler make from it.
// Source: Matsumoto and Nishimura, 1998; torch 2.13 ATen/native/cpu DistributionTemplates.h, reproduced in golden values.

const N = 624;
const M = 397;

export class TorchGenerator {
  readonly #state = new Uint32Array(N);
  #index = N;

  /** torch.Generator().manual_seed(seed): the low 32 bits count. */
  constructor(seed: number) {
    const state = this.#state;
    state[0] = seed % 2 ** 32;
    for (let i = 1; i < N; i++) {
      const previous = state[i - 1] ?? 0;
      state[i] = Math.imul(1812433253, previous ^ (previous >>> 30)) + i;
    }
  }

  nextU32(): number {
    if (this.#index >= N) this.#refill();
    let y = this.#state[this.#index++] ?? 0;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** Draws and throws away. */
  discard(draws: number): void {
    for (let i = 0; i < draws; i++) this.nextU32();
  }

  /** One element of tensor.uniform_(lo, hi) in float32; lo and hi are rounded to float32. */
  uniform(lo: number, hi: number): number {
    const u = (this.nextU32() & 0xffffff) * 2 ** -24;
    const [from, to] = [Math.fround(lo), Math.fround(hi)];
    return Math.fround(u * (to - from) + from);
  }

  /** torch.randperm(n). */
  randperm(n: number): number[] {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = 0; i < n - 1; i++) {
      const j = i + (this.nextU32() % (n - i));
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }

  #refill(): void {
    const s = this.#state;
    for (let i = 0; i < N; i++) {
      const y = ((s[i] ?? 0) & 0x80000000) | ((s[(i + 1) % N] ?? 0) & 0x7fffffff);
      s[i] = (s[(i + M) % N] ?? 0) ^ (y >>> 1) ^ ((y & 1) === 1 ? 0x9908b0df : 0);
    }
    this.#index = 0;
  }
}
