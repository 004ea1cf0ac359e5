// WGSL decoders of the weight formats: each gives `fn weights4(segment, first_block, element) -> vec4f`, four weights from
// an element that is a multiple of 4, over the bindings `w` and `w_scales`, and `fn weight(…) -> f32`, one. A member of a
// group starts at a multiple of 64 elements; `first_block` counts those.
import type { Snippet } from '../declaration.ts';
import { memberDecoders } from './blockDecoders.ts';
import { fourBitType, isFourBit } from './blockwise4.ts';
import { FP4_CODE, NF4_CODE } from './codebooks.ts';
import { isMemberFormat } from './ggml.ts';
import { membersOf } from './mixed.ts';
import { DOUBLE_CODES, DOUBLE_HEADER, DOUBLE_MAP, wordsOf64 } from './packing.ts';
import type { FourBitFormat, MemberFormat, WeightFormat } from './weightFormat.ts';

const single = `
fn weight(segment: u32, first_block: u32, element: u32) -> f32 {
  let four = weights4(segment, first_block, element & 0xfffffffcu);
  let at = element & 3u;
  return select(select(four.x, four.y, at == 1u), select(four.z, four.w, at == 3u), at > 1u);
}`;

/** A table of sixteen values. */
export const codeTable = (values: ArrayLike<number>): string =>
  `const CODE = array<f32, 16>(${Array.from(values, (value) => value.toPrecision(17)).join(', ')});`;

export const codesOf = (format: FourBitFormat): Float32Array =>
  fourBitType(format) === 'nf4' ? NF4_CODE : FP4_CODE;

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

/** `block_scale` of bitsandbytes' formats. */
export const scaleSource = (format: FourBitFormat): string =>
  format.endsWith('double') ? doubleScale : plainScale;

/** bitsandbytes order: element 2i in the high nibble of byte i, bytes little-endian in words. */
const fourBit = `
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let codes = w[first_block * 8u + (element >> 3u)] >> ((element & 4u) * 4u);
  let four = vec4f(CODE[(codes >> 4u) & 15u], CODE[codes & 15u], CODE[(codes >> 12u) & 15u], CODE[(codes >> 8u) & 15u]);
  return four * block_scale(segment, first_block + (element >> 6u));
}`;

/** A group in one format: its members' places follow from their first blocks. */
function alike(format: MemberFormat): string {
  const { words, scales } = wordsOf64(format);
  const place = (per: number): string =>
    Number.isInteger(per) ? `first_block * ${per}u` : `first_block * ${4 * per}u / 4u`;
  return `${memberDecoders([format])}
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  return ${format}_weights4(${place(words)}, ${place(scales)}, element);
}`;
}

/** Members each in a format of their own, their places in the header. */
function mixed(members: readonly MemberFormat[]): string {
  const cases = members.map(
    (format, i) =>
      `    ${i === members.length - 1 ? 'default' : `case ${i}u`}: { return ${format}_weights4(w_at, s_at, element); }`,
  );
  return `${memberDecoders(members)}
fn weights4(segment: u32, first_block: u32, element: u32) -> vec4f {
  let w_at = w_scales[2u * segment];
  let s_at = w_scales[2u * segment + 1u];
  switch segment {
${cases.join('\n')}
  }
}`;
}

/** A format's decoder, with the format that it decodes. */
export type Decoder = Snippet & { readonly format: WeightFormat };

/** The decoder of a format, for the kernels' slot `decode`. */
export function decoder(format: WeightFormat): Decoder {
  if (isFourBit(format)) {
    const source = `${codeTable(codesOf(format))}${scaleSource(format)}${fourBit}${single}`;
    return { key: format, format, source };
  }
  const members = membersOf(format, isMemberFormat);
  if (members) return { key: format, format, source: `${mixed(members)}${single}` };
  const own = isMemberFormat(format) ? format : 'none';
  return { key: format, format, source: `${alike(own)}${single}` };
}
