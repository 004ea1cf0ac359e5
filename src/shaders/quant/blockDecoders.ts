// WGSL decoders of what a member may be stored in: `fn <format>_weights4(w_at, s_at, element) -> vec4f` gives four weights from an element
// that is a multiple of 4, of a member whose words begin at w[w_at] and whose scales at w_scales[s_at]. References: blocks.ref.ts.
import { IQ4_VALUES } from './blocks.ref.ts';
import type { MemberFormat } from './weightFormat.ts';

const signature = (name: string, body: string): string =>
  `\nfn ${name}_weights4(w_at: u32, s_at: u32, element: u32) -> vec4f {${body}}`;

/** Four bytes of a word, from a bit on, each masked. */
const bytes4 = `
fn bytes4(word: u32, bit: u32, mask: u32) -> vec4u {
  return (vec4u(word, word >> 8u, word >> 16u, word >> 24u) >> vec4u(bit)) & vec4u(mask);
}`;

/** The half-precision scale of a block of 32, two to a word. */
const halfScale = `
fn half_scale(s_at: u32, block: u32) -> f32 {
  let pair = unpack2x16float(w_scales[s_at + (block >> 1u)]);
  return select(pair.x, pair.y, (block & 1u) == 1u);
}`;

/** Scale and minimum of sub-block j of Q4_K and Q5_K, times d and dmin. */
export const scaleAndMin = `
fn scale_and_min(at: u32, j: u32) -> vec2f {
  let shift = (j & 3u) * 8u;
  let low = vec2u(w_scales[at + 1u], w_scales[at + 2u]) >> vec2u(shift);
  let last = w_scales[at + 3u] >> shift;
  let upper = (vec2u(last, last >> 4u) & vec2u(15u)) | (((low >> vec2u(6u)) & vec2u(3u)) << vec2u(4u));
  return unpack2x16float(w_scales[at]) * vec2f(select(low & vec2u(63u), upper, j > 3u));
}`;

/** Element j of 32 in the low nibble of byte j, j + 16 in the high one; `at` is the word of the first byte. */
const nibbles = (at: string): string =>
  `bytes4(w[${at} + ((element & 15u) >> 2u)], (element & 16u) >> 2u, 15u)`;
/** Four bits of `word` from `bit` on, each as 16. */
const fifths = (word: string): string =>
  `(((vec4u(${word}) >> (vec4u(element & 31u) + vec4u(0u, 1u, 2u, 3u))) & vec4u(1u)) << vec4u(4u))`;

const helpers = { bytes4, halfScale, scaleAndMin } as const;
type Helper = keyof typeof helpers;

const block32 = '\n  let block = element >> 5u;';
const block256 = '\n  let block = element >> 8u;\n  let e = element & 255u;';

const sources: Readonly<Record<MemberFormat, readonly [helpers: readonly Helper[], body: string]>> = {
  none: [
    [],
    `
  let at = w_at + element;
  return bitcast<vec4f>(vec4u(w[at], w[at + 1u], w[at + 2u], w[at + 3u]));
`,
  ],
  f16: [
    [],
    `
  let at = w_at + (element >> 1u);
  return vec4f(unpack2x16float(w[at]), unpack2x16float(w[at + 1u]));
`,
  ],
  bf16: [
    [],
    `
  let at = w_at + (element >> 1u);
  return bitcast<vec4f>(vec4u(w[at] << 16u, w[at] & 0xffff0000u, w[at + 1u] << 16u, w[at + 1u] & 0xffff0000u));
`,
  ],
  q4_0: [
    ['bytes4', 'halfScale'],
    `${block32}
  return (vec4f(${nibbles('w_at + block * 4u')}) - 8.0) * half_scale(s_at, block);
`,
  ],
  q4_1: [
    ['bytes4'],
    `${block32}
  let scale = unpack2x16float(w_scales[s_at + block]);
  return vec4f(${nibbles('w_at + block * 4u')}) * scale.x + scale.y;
`,
  ],
  q5_0: [
    ['bytes4', 'halfScale'],
    `${block32}
  let at = w_at + block * 5u;
  return (vec4f(${nibbles('at + 1u')} | ${fifths('w[at]')}) - 16.0) * half_scale(s_at, block);
`,
  ],
  q5_1: [
    ['bytes4'],
    `${block32}
  let at = w_at + block * 5u;
  let scale = unpack2x16float(w_scales[s_at + block]);
  return vec4f(${nibbles('at + 1u')} | ${fifths('w[at]')}) * scale.x + scale.y;
`,
  ],
  q8_0: [
    ['halfScale'],
    `${block32}
  let word = w[w_at + (element >> 2u)];
  let bytes = vec4i(vec4u(word << 24u, word << 16u, word << 8u, word)) >> vec4u(24u);
  return vec4f(bytes) * half_scale(s_at, block);
`,
  ],
  iq4_nl: [
    ['bytes4', 'halfScale'],
    `
  var values = array<f32, 16>(${IQ4_VALUES.map((value) => value.toFixed(1)).join(', ')});${block32}
  let q = ${nibbles('w_at + block * 4u')};
  return vec4f(values[q.x], values[q.y], values[q.z], values[q.w]) * half_scale(s_at, block);
`,
  ],
  int4: [
    ['bytes4'],
    `${block32}
  let scale = w_scales[s_at + block];
  return (vec4f(${nibbles('w_at + block * 4u')}) - f32(scale >> 16u)) * unpack2x16float(scale & 0xffffu).x;
`,
  ],
  int4_f32: [
    ['bytes4'],
    `${block32}
  let s = s_at + block * 2u;
  return (vec4f(${nibbles('w_at + block * 4u')}) - f32(w_scales[s + 1u] & 0xffffu)) * bitcast<f32>(w_scales[s]);
`,
  ],
  q3_k: [
    ['bytes4'],
    `${block256}
  let at = w_at + block * 24u;
  let within = (e & 31u) >> 2u;
  let two = bytes4(w[at + 8u + (e >> 7u) * 8u + within], ((e >> 5u) & 3u) * 2u, 3u);
  let third = bytes4(w[at + within], e >> 5u, 1u);
  let j = e >> 4u;
  let s = s_at + block * 4u;
  let low = (w_scales[s + ((j & 7u) >> 2u)] >> ((j & 3u) * 8u + (j >> 3u) * 4u)) & 15u;
  let high = (w_scales[s + 2u] >> ((j & 3u) * 8u + (j >> 2u) * 2u)) & 3u;
  let scale = unpack2x16float(w_scales[s + 3u]).x * (f32(low | (high << 4u)) - 32.0);
  return (vec4f(two | (third << vec4u(2u))) - 4.0) * scale;
`,
  ],
  q4_k: [
    ['bytes4', 'scaleAndMin'],
    `${block256}
  let word = w[w_at + block * 32u + (e >> 6u) * 8u + ((e & 31u) >> 2u)];
  let scale = scale_and_min(s_at + block * 4u, e >> 5u);
  return vec4f(bytes4(word, (e & 32u) >> 3u, 15u)) * scale.x - scale.y;
`,
  ],
  q5_k: [
    ['bytes4', 'scaleAndMin'],
    `${block256}
  let at = w_at + block * 40u;
  let within = (e & 31u) >> 2u;
  let four = bytes4(w[at + 8u + (e >> 6u) * 8u + within], (e & 32u) >> 3u, 15u);
  let one = bytes4(w[at + within], e >> 5u, 1u);
  let scale = scale_and_min(s_at + block * 4u, e >> 5u);
  return vec4f(four | (one << vec4u(4u))) * scale.x - scale.y;
`,
  ],
  q6_k: [
    ['bytes4'],
    `${block256}
  let at = w_at + block * 48u;
  let quarter = (e >> 5u) & 3u;
  let within = (e & 31u) >> 2u;
  let low = bytes4(w[at + (e >> 7u) * 16u + (quarter & 1u) * 8u + within], (quarter >> 1u) * 4u, 15u);
  let high = bytes4(w[at + 32u + (e >> 7u) * 8u + within], quarter * 2u, 3u);
  let s = s_at + block * 5u;
  let j = e >> 4u;
  let scale = i32(w_scales[s + (j >> 2u)] << (24u - (j & 3u) * 8u)) >> 24u;
  return (vec4f(low | (high << vec4u(4u))) - 32.0) * (unpack2x16float(w_scales[s + 4u]).x * f32(scale));
`,
  ],
};

/** The functions that decode members of these formats, each once, and what they call. */
export function memberDecoders(formats: readonly MemberFormat[]): string {
  const used = [...new Set(formats)];
  const called = new Set(used.flatMap((format) => sources[format][0]));
  return [
    ...[...called].map((name) => helpers[name]),
    ...used.map((format) => signature(format, sources[format][1])),
  ].join('');
}
