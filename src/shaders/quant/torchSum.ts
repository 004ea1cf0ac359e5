// The float32 sum of a contiguous array in the order torch's CPU kernel takes: 8 lanes, 4 chains of them, cascaded.
// Source: torch 2.13 ATen/native/cpu/SumKernel.cpp (cascade_sum, vectorized_inner_sum) with 256-bit vectors.

const LANES = 8;
const CHAINS = 4;
const LEVELS = 4;
const f32 = Math.fround;

function addTo(target: Float32Array, values: Float32Array): void {
  for (let k = 0; k < LANES; k++) target[k] = f32((target[k] ?? 0) + (values[k] ?? 0));
}

/** Sums of the four chains over `rounds` rounds, each chain LANES wide. */
function chainSums(values: Float32Array, rounds: number): Float32Array[] {
  const power = Math.max(4, Math.ceil(Math.log2(Math.max(1, rounds)) / 4));
  const step = 2 ** power;
  const empty = (): Float32Array[] => Array.from({ length: CHAINS }, () => new Float32Array(LANES));
  const levels = Array.from({ length: LEVELS }, empty);
  const add = (round: number): void => {
    levels[0]?.forEach((chain, k) => {
      const at = (round * CHAINS + k) * LANES;
      addTo(chain, values.subarray(at, at + LANES));
    });
  };
  let round = 0;
  while (round + step <= rounds) {
    for (const end = round + step; round < end; round++) add(round);
    for (let j = 1; j < LEVELS; j++) {
      levels[j]?.forEach((chain, k) => {
        const below = levels[j - 1]?.[k];
        if (below) addTo(chain, below);
        below?.fill(0);
      });
      if ((round & ((step - 1) << (j * power))) !== 0) break;
    }
  }
  for (; round < rounds; round++) add(round);
  const [sums = empty(), ...upper] = levels;
  for (const level of upper) for (const [k, chain] of sums.entries()) addTo(chain, level[k] ?? chain);
  return sums;
}

/** torch.sum of a 1-D float32 tensor on the CPU. */
export function torchSum(values: Float32Array): number {
  const vectors = Math.floor(values.length / LANES);
  const rounds = Math.floor(vectors / CHAINS);
  const chains = chainSums(values, rounds);
  const [first = new Float32Array(LANES), ...rest] = chains;
  for (let v = rounds * CHAINS; v < vectors; v++) addTo(first, values.subarray(v * LANES, (v + 1) * LANES));
  for (const chain of rest) addTo(first, chain);
  let sum = 0;
  for (let i = vectors * LANES; i < values.length; i++) sum = f32(sum + (values[i] ?? 0));
  for (const lane of first) sum = f32(sum + lane);
  return sum;
}
