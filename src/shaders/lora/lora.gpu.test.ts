// The adapter's kernels on the GPU against their references: odd sizes, members without an adapter, dropout on and off.
import { describe, expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { randomArray } from '../testing/finite.ts';
import { gpuOrNull, runCalls } from '../testing/gpu.ts';
import { testGroup } from '../testing/groups.ts';
import { runMagnitudes, runReferences } from '../testing/references.ts';
import { stepBytes } from '../testing/step.ts';
import { mismatches, sumBound } from '../testing/tolerance.ts';
import { loraDown, loraDownBackward, loraGrad, loraUpBackward } from './lora.ts';
import { fitsBlocks, loraDownBlock, loraGradBlock, loraUpBackwardBlock } from './lora_block.ts';
import { loraDownWorkgroup, loraGradWorkgroup, loraUpBackwardWorkgroup, ranksOf4 } from './lora_workgroup.ts';

const gpu = await gpuOrNull();
const step = stepBytes({ seed: 9 });
const floats = (length: number, seed: number) => Float32Array.from(randomArray(length, seed));

type Members = readonly { readonly out: number; readonly rank: number }[];
type Case = readonly [n: number, k: number, members: Members, rate: number];

const families = {
  invocation: { down: loraDown, up: loraUpBackward, grad: loraGrad },
  block: { down: loraDownBlock, up: loraUpBackwardBlock, grad: loraGradBlock },
  workgroup: { down: loraDownWorkgroup, up: loraUpBackward, grad: loraGradWorkgroup },
} as const;

async function check(by: keyof typeof families, [n, k, members, rate]: Case): Promise<void> {
  if (!gpu) return;
  const g = testGroup(k, members, 'none');
  const { out, ru, segments, total } = g;
  const family = families[by];
  if (by === 'block') expect(fitsBlocks(rate, [k, out, ru, total], segments)).toBe(true);
  const arrays = {
    x: floats(n * k, 1),
    dy: floats(n * out, 2),
    adapter: g.adapter,
    step,
    u: new Float32Array(n * ru),
    du: new Float32Array(n * ru),
    dx: floats(n * k, 3),
    grads: floats(total * 3, 4),
  };
  const shared = { n, k, ru, count: segments.length, stream: 2, rate, segments };
  const constants = { HAS_DROPOUT: rate > 0 ? 1 : 0 };
  const up = {
    buffers: { dy: 'dy', adapter: 'adapter', du: 'du' },
    params: { n, out, ru, count: segments.length, segments },
  };
  const calls: KernelCall<string>[] = [
    call(family.down, {
      buffers: { x: 'x', adapter: 'adapter', step: 'step', u: 'u' },
      params: shared,
      constants,
    }),
    by === 'workgroup'
      ? call(loraUpBackwardWorkgroup, { ...up, constants: { RANKS_OF_4: ranksOf4(segments) } })
      : call(family.up, up),
    call(family.grad, {
      buffers: { x: 'x', u: 'u', dy: 'dy', du: 'du', step: 'step', grads: 'grads' },
      params: { ...shared, out, total, splits: 3 },
      constants,
    }),
    call(loraDownBackward, {
      buffers: { du: 'du', adapter: 'adapter', step: 'step', dx: 'dx' },
      params: shared,
    }),
  ];
  const got = await runCalls(gpu, arrays, calls, ['u', 'du', 'grads', 'dx']);
  const want = runReferences(arrays, calls);
  // The same maps over absolute values give the sums of absolute products that bound every rounding.
  const size = runMagnitudes(arrays, calls);
  const bound = (terms: number, sizes: Float64Array) => (at: number) => sumBound(terms, sizes[at] ?? 0);
  expect(mismatches(got.u ?? [], want.u, bound(k + 2, size.u))).toEqual([]);
  expect(mismatches(got.du ?? [], want.du, bound(out + 2, size.du))).toEqual([]);
  const gradients = (at: number): number => {
    const all = size.grads[at] ?? 0;
    return sumBound(n + k + out + 6, all - Math.abs(arrays.grads[at] ?? 0)) + sumBound(1, all);
  };
  expect(mismatches(got.grads ?? [], want.grads, gradients)).toEqual([]);
  expect(mismatches(got.dx ?? [], want.dx, bound(ru + out + 6, size.dx))).toEqual([]);
}

const portableCases: readonly Case[] = [
  [1, 4, [{ out: 4, rank: 1 }], 0],
  [
    5,
    12,
    [
      { out: 7, rank: 3 },
      { out: 5, rank: 0 },
      { out: 9, rank: 6 },
    ],
    0,
  ],
  [
    123,
    65,
    [
      { out: 33, rank: 5 },
      { out: 66, rank: 9 },
    ],
    0.25,
  ],
  [
    65,
    128,
    [
      { out: 128, rank: 8 },
      { out: 64, rank: 8 },
      { out: 64, rank: 8 },
    ],
    0,
  ],
];

/** Widths of 4 and no tile, a boundary in a tile, sums longer than a workgroup takes at once, ranks of 4 and not. */
const workgroupCases: readonly Case[] = [
  [
    65,
    516,
    [
      { out: 524, rank: 8 },
      { out: 36, rank: 64 },
    ],
    0.25,
  ],
  [
    387,
    44,
    [
      { out: 28, rank: 3 },
      { out: 4, rank: 0 },
      { out: 68, rank: 1 },
    ],
    0,
  ],
  [1, 4, [{ out: 4, rank: 1 }], 0],
  [3, 36, [{ out: 32, rank: 4 }], 0.5],
];

/** Rows, ranks and widths that do not fill a block, a member without an adapter. */
const blockCases: readonly Case[] = [
  [1, 4, [{ out: 4, rank: 4 }], 0],
  [
    43,
    20,
    [
      { out: 12, rank: 4 },
      { out: 4, rank: 0 },
      { out: 36, rank: 12 },
    ],
    0,
  ],
];

describe.skipIf(!gpu)('lora on the GPU', () => {
  it.each(portableCases)('n %i, k %i, %j, dropout %f', (...given) => check('invocation', given));
  it.each(blockCases)('in blocks: n %i, k %i, %j, dropout %f', (...given) => check('block', given));
  it.each(workgroupCases)('by workgroups: n %i, k %i, %j, dropout %f', (...given) =>
    check('workgroup', given),
  );
});
