// WGSL decoders of the weight formats: each gives `fn weight(segment, first_block, element) -> f32` over the bindings
// `w` and `w_scales`. A member of a group starts at a multiple of 64 elements; `first_block` counts those.
import type { Snippet } from '../kernel.ts';
import type { FourBitType } from './blockwise4.ts';
import { FP4_CODE, NF4_CODE } from './codebooks.ts';
import { DOUBLE_CODES, DOUBLE_HEADER, DOUBLE_MAP } from './packing.ts';

export type WeightFormat = 'none' | 'nf4' | 'fp4' | 'nf4-double' | 'fp4-double';

const codeTable = (type: FourBitType): string => {
  const values = Array.from(type === 'nf4' ? NF4_CODE : FP4_CODE, (value) => value.toPrecision(17));
  return `const CODE = array<f32, 16>(${values.join(', ')});`;
};

/** bitsandbytes order: element 2i in the high nibble of byte i, bytes little-endian in words. */
const nibble = `
fn code_of(first_block: u32, element: u32) -> u32 {
  let word = w[first_block * 8u + (element >> 3u)];
  let byte = word >> (((element >> 1u) & 3u) * 8u);
  return select(byte >> 4u, byte, (element & 1u) == 1u) & 15u;
}`;

const plainScale = `
fn block_scale(segment: u32, at_block: u32) -> f32 {
  return bitcast<f32>(w_scales[at_block]);
}`;

const doubleScale = `
fn block_scale(segment: u32, at_block: u32) -> f32 {
  let nested_at = w_scales[segment * ${DOUBLE_HEADER}u];
  let offset = bitcast<f32>(w_scales[segment * ${DOUBLE_HEADER}u + 1u]);
  let first = w_scales[segment * ${DOUBLE_HEADER}u + 2u];
  let code = (w_scales[${DOUBLE_CODES}u + (at_block >> 2u)] >> ((at_block & 3u) * 8u)) & 255u;
  let nested = bitcast<f32>(w_scales[nested_at + ((at_block - first) >> 8u)]);
  return bitcast<f32>(w_scales[${DOUBLE_MAP}u + code]) * nested + offset;
}`;

const fourBit = `
fn weight(segment: u32, first_block: u32, element: u32) -> f32 {
  return CODE[code_of(first_block, element)] * block_scale(segment, first_block + (element >> 6u));
}`;

const unquantised = `
fn weight(segment: u32, first_block: u32, element: u32) -> f32 {
  return bitcast<f32>(w[first_block * 64u + element]);
}`;

/** The decoder of a format, for the kernels' slot `decode`. */
export function decoder(format: WeightFormat): Snippet {
  if (format === 'none') return { key: format, source: unquantised };
  const type: FourBitType = format.startsWith('nf4') ? 'nf4' : 'fp4';
  const scale = format.endsWith('double') ? doubleScale : plainScale;
  return { key: format, source: `${codeTable(type)}${nibble}${scale}${fourBit}` };
}
