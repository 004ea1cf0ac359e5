// Declares `quantize`: weights of a file become bitsandbytes' 4-bit codes where they will be used. The second level of double
// quantisation is not here: one sum over all scales, in torch's order, comes first.
import { flatGrid, gridConstants } from '../host/grid.ts';
import { defineKernel } from '../kernel.ts';
import type { FourBitType } from '../quant/blockwise4.ts';
import { ranking } from '../quant/blockwise4.ts';
import { quantizeReference } from './quantize.ref.ts';
import source from './quantize.wgsl?raw';

const boundsOf = (type: FourBitType): string =>
  `const ${type.toUpperCase()}_BOUNDS = array<f32, 15>(${Array.from(ranking(type).bounds, (x) => x.toPrecision(17)).join(', ')});`;

/** Eight codes in the order of their values, the first in the lowest nibble. */
const nibbles = (codes: Uint8Array): string => `${codes.reduceRight((word, code) => word * 16 + code, 0)}u`;

const { order } = ranking('fp4');
/** NF4's codes stand in the order of their values. */
const books = `${boundsOf('nf4')}
${boundsOf('fp4')}
const FP4_LOW = ${nibbles(order.subarray(0, 8))};
const FP4_HIGH = ${nibbles(order.subarray(8))};
const LOWEST = ${ranking('nf4').order[0]}u * (1u - FP4) + ${order[0]}u * FP4;
`;

/** Blocks of 64 of a member in the slot's format → words and scales of a group, from `first_block` on. */
export const quantize = defineKernel({
  name: 'quantize',
  source,
  snippets: [books],
  slots: ['decode'],
  buffers: {
    w: 'read u32',
    w_scales: 'read u32',
    words: 'read_write u32',
    largest: 'read_write u32',
  },
  params: { blocks: 'u32', first_block: 'u32' },
  constants: { ...gridConstants, FP4: 0 },
  workgroups: ({ blocks }) => flatGrid(8 * blocks),
  reference: quantizeReference,
});
