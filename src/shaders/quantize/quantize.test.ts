// The reference of `quantize` gives a group's words and scales as packing its members one after another does.
import { expect, it } from 'vitest';
import type { KernelCall } from '../kernel.ts';
import { call } from '../kernel.ts';
import { quantise4 } from '../quant/blockwise4.ts';
import { decoder } from '../quant/decoders.ts';
import { packQuantised } from '../quant/packing.ts';
import { randomArray } from '../testing/finite.ts';
import { packFloats } from '../testing/groups.ts';
import { runReferences } from '../testing/references.ts';
import { quantize } from './quantize.ts';

it.each(['nf4', 'fp4'] as const)('%s members land where packing puts them', (type) => {
  const members = [256, 128].map((count, i) => Float32Array.from(randomArray(count, i)));
  const want = packQuantised(members.map((values) => quantise4(values, type, false)));
  const [words, largest] = [new Uint32Array(want.words.length), new Uint32Array(want.scales.length)];
  for (const [i, values] of members.entries()) {
    const source = packFloats([values]);
    const arrays = { w: source.words, w_scales: source.scales, words, largest };
    const made: KernelCall<string> = call(quantize, {
      buffers: { w: 'w', w_scales: 'w_scales', words: 'words', largest: 'largest' },
      params: { blocks: values.length / 64, first_block: want.firstBlocks[i] ?? 0 },
      constants: { FP4: type === 'fp4' ? 1 : 0 },
      slots: { decode: decoder('none') },
    });
    runReferences(arrays, [made]);
  }
  expect({ words, largest }).toEqual({ words: want.words, largest: want.scales });
});
