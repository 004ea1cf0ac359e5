// WGSL decoders of the weight formats: each gives `fn weights4(segment, first_block, element) -> vec4f`, four weights from
// an element that is a multiple of 4, over the bindings `w` and `w_scales`, and `fn weight(…) -> f32`, one. A member of a
// group starts at a multiple of 64 elements; `first_block` counts those.
import type { Snippet } from '../declaration.ts';
import type { FourBitType } from './blockwise4.ts';
import { FP4_CODE, NF4_CODE } from './codebooks.ts';
import { isBlockFormat } from './ggml.ts';
import { DOUBLE_CODES, DOUBLE_HEADER, DOUBLE_MAP } from './packing.ts';
import type { BlockFormat, WeightFormat } from './weightFormat.ts';

const single = `
fn weight(segment: u32, first_block: u32, element: u32) -> f32 {
  let four = weights4(segment, first_block, element & 0xfffffffcu);
  let at = element & 3u;
  return select(select(four.x, four.y, at == 1u), select(four.z, four.w, at == 3u), at > 1u);
}`;

const codeTable = (type: FourBitType): string => {
  const values = Array.from(type === 'nf4' ? NF4_CODE : FP4_CODE, (value) => value.toPrecision(17));
  return `const CODE = array<f32, 16>(${values.join(', ')});`;
};

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

/** bitsandbytes order: element 2i in the high nibble of byte i, bytes little-endian in words. */
const fourBit = `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let codes = w[first_block * 8u + (element >> 3u)] >> ((element & 4u) * 4u);
  let four = vec4f(CODE[(codes >> 4u) & 15u], CODE[codes & 15u], CODE[(codes >> 12u) & 15u], CODE[(codes >> 8u) & 15u]);
  return four * block_scale(segment, first_block + (element >> 6u));
}`;

const unquantised = `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let at = first_block * 64u + element;
  return bitcast<vec4f>(vec4u(w[at], w[at + 1u], w[at + 2u], w[at + 3u]));
}`;

/** A block of 32 in four words: element j in the low nibble of byte j, j + 16 in the high one. */
const halves = `
fn nibbles4(block: u32, element: u32) -> vec4f {
  let word = w[block * 4u + ((element & 15u) >> 2u)] >> ((element & 16u) >> 2u);
  return vec4f(vec4u(word, word >> 8u, word >> 16u, word >> 24u) & vec4u(15u));
}`;

const blockDecoders: Readonly<Record<BlockFormat, string>> = {
  q4_0: `${halves}
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let block = first_block * 2u + (element >> 5u);
  let pair = unpack2x16float(w_scales[block >> 1u]);
  return (nibbles4(block, element) - 8.0) * select(pair.x, pair.y, (block & 1u) == 1u);
}`,
  q4_1: `${halves}
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let block = first_block * 2u + (element >> 5u);
  let scale = unpack2x16float(w_scales[block]);
  return nibbles4(block, element) * scale.x + scale.y;
}`,
  q8_0: `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let block = first_block * 2u + (element >> 5u);
  let pair = unpack2x16float(w_scales[block >> 1u]);
  let word = w[first_block * 16u + (element >> 2u)];
  let bytes = vec4i(vec4u(word << 24u, word << 16u, word << 8u, word)) >> vec4u(24u);
  return vec4f(bytes) * select(pair.x, pair.y, (block & 1u) == 1u);
}`,
  f16: `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let at = first_block * 32u + (element >> 1u);
  return vec4f(unpack2x16float(w[at]), unpack2x16float(w[at + 1u]));
}`,
  bf16: `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let at = first_block * 32u + (element >> 1u);
  let bits = vec4u(w[at] << 16u, w[at] & 0xffff0000u, w[at + 1u] << 16u, w[at + 1u] & 0xffff0000u);
  return bitcast<vec4f>(bits);
}`,
};

/** A format's decoder, with the format that it decodes. */
export type Decoder = Snippet & { readonly format: WeightFormat };

/** The decoder of a format, for the kernels' slot `decode`. */
export function decoder(format: WeightFormat): Decoder {
  if (format === 'none') return { key: format, format, source: `${unquantised}${single}` };
  if (isBlockFormat(format)) return { key: format, format, source: `${blockDecoders[format]}${single}` };
  const type: FourBitType = format.startsWith('nf4') ? 'nf4' : 'fp4';
  const scale = format.endsWith('double') ? doubleScale : plainScale;
  return { key: format, format, source: `${codeTable(type)}${scale}${fourBit}${single}` };
}
