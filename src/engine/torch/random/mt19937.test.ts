// The generator against torch, PEFT's initial A and accelerate's order (tests/golden/random.json).
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TorchGenerator } from './mt19937.ts';
import { torchNormal } from './normal.ts';

const golden: {
  readonly generator: Readonly<
    Record<
      string,
      {
        readonly u32: readonly number[];
        readonly u32At1247: number;
        readonly 'uniform-1/8..1/8': { readonly sha256: string; readonly count: number };
        readonly 'normal-1/4': readonly { readonly sha256: string; readonly count: number }[];
      }
    >
  >;
  readonly randperm: readonly {
    readonly seed: number;
    readonly n: number;
    readonly order: readonly number[];
  }[];
} = JSON.parse(readFileSync('tests/golden/random.json', 'utf8'));

const sha256Of = (values: Float32Array): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex');

it.each(Object.entries(golden.generator))('seed %s: raw words and uniform_', (seed, want) => {
  const raw = new TorchGenerator(Number(seed));
  expect(want.u32.map(() => raw.nextU32())).toEqual(want.u32);
  raw.discard(1247 - want.u32.length);
  expect(raw.nextU32()).toBe(want.u32At1247);
  const uniform = new TorchGenerator(Number(seed));
  const { count, sha256 } = want['uniform-1/8..1/8'];
  const values = Float32Array.from({ length: count }, () => uniform.uniform(-1 / 8, 1 / 8));
  expect(sha256Of(values)).toBe(sha256);
});

it.each(Object.entries(golden.generator))('seed %s: normal_, bit for bit', (seed, want) => {
  for (const { count, sha256 } of want['normal-1/4'])
    expect(sha256Of(torchNormal(new TorchGenerator(Number(seed)), count, 0.25)), `${count}`).toBe(sha256);
});

it('permutes as torch.randperm', () => {
  for (const { seed, n, order } of golden.randperm)
    expect(new TorchGenerator(seed).randperm(n)).toEqual(order);
});
