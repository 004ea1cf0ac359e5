// How tiles of attention are shared out: no long chain and enough invocations for a large GPU, whatever the model and the length, and
// scratch for every part that is left to join.
import { expect, it } from 'vitest';
import type { KernelCall } from '../../../shaders/kernel.ts';
import type { Ref } from '../autograd/operation.ts';
import { tileBackwardCalls, tileBackwardScratch, tileCalls, tileScratch } from './attentionTiles.ts';

const given: Ref = { buffer: 'given' };
const forward = { q: given, k: given, v: given, documents: given, step: given, o: given, lse: given };
const backward = {
  qkv: given,
  o: given,
  lse: given,
  d_o: given,
  documents: given,
  step: given,
  dqkv: given,
  delta: given,
};

function numbersOf(t_q: number, t_k: number, heads: number, kv_heads: number) {
  const strides = { q_stride: 0, q_offset: 0, k_stride: 0, k_offset: 0, v_stride: 0, v_offset: 0 };
  return { batch: 1, t_q, t_k, heads, kv_heads, ...strides, scale: 1, window: 0, rate: 0, stream: 0 };
}

const constantsOf = (D: number) => ({ D, HAS_DOCUMENTS: 0, HAS_DROPOUT: 0, ROLLED: 0 }) as const;

const reach = ({ kernel, params, constants }: KernelCall<Ref>) => {
  const groups = kernel.workgroups(params, constants).reduce((product, one) => product * one, 1);
  const size = kernel.name.includes('join') ? 64 : 128;
  return { invocations: groups * size, chain: kernel.chain?.(params, constants) ?? 0 };
};

it.each([
  [9, 3, 64],
  [16, 8, 128],
  [32, 8, 64],
  [4, 1, 256],
])('%i heads over %i of %i: every dispatch is short, or wide', (heads, kvHeads, d) => {
  for (const tokens of [128, 512, 2048]) {
    const numbers = numbersOf(tokens, tokens, heads, kvHeads);
    const calls = [
      ...tileCalls(forward, numbers, constantsOf(d)),
      ...tileBackwardCalls(backward, numbers, constantsOf(d)),
    ];
    const short = calls.filter((one) => {
      const { invocations, chain } = reach(one);
      return chain > 512 || (chain > 64 && invocations < 65_536);
    });
    expect(short.map(({ kernel }) => `${kernel.name} at ${tokens}`)).toEqual([]);
  }
});

it('a token of an answer is shared out along its cache, and its parts have room', () => {
  const numbers = numbersOf(1, 2048, 9, 3);
  const calls = tileCalls(forward, numbers, constantsOf(64));
  expect(calls.map(({ kernel }) => kernel.name)).toEqual(['attention_tile', 'attention_tile_join']);
  const parts = Number(calls[1]?.params.parts);
  expect(parts).toBeGreaterThan(1);
  expect(tileScratch(numbers, 64)).toEqual([parts * 9 * 64, parts * 9]);
});

it('parts of keys and values have room, and one part needs none', () => {
  const numbers = numbersOf(512, 512, 9, 3);
  const parts = Number(tileBackwardCalls(backward, numbers, constantsOf(64)).at(-1)?.params.parts);
  expect(tileBackwardScratch(numbers, 64)).toEqual([parts * 512 * 3 * 2 * 64]);
  expect(tileBackwardScratch(numbersOf(16, 16, 9, 9), 64)).toEqual([]);
});
