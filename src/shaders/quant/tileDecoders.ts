// WGSL decoders for tiles: an invocation fetches 16 bytes or more of packed words at once and makes vectors of four weights of them. Each
// gives `alias Packed` (how the buffer is read), `HELD_QUADS` (vectors that one fetch is enough for), `fetch(segment, first_block, element,
// half, valid) -> Held`, `quad(held, g) -> vec4f`, and `quad_at(half, g)`: where, of the UNIT weights that two neighbouring fetches hold,
// vector g of one of them lies. Formats whose blocks do not lie so are decoded four at a time by their `weights4` (decoders.ts).
import { scaleAndMin } from './blockDecoders.ts';
import { IQ4_VALUES } from './blocks.ref.ts';
import { isFourBit } from './blockwise4.ts';
import type { Decoder } from './decoders.ts';
import { codesOf, codeTable, decoder, scaleSource } from './decoders.ts';
import type { FourBitFormat, WeightFormat } from './weightFormat.ts';

interface TileSource {
  /** Weights of one fetch. */
  readonly piece: number;
  /** WGSL of `Held`, `fetch`, `quad`, `quad_at`. */
  readonly source: string;
  /** WGSL of `stage` and `staged_quad`: what one invocation fetched, for others to take vectors from. */
  readonly staged: string;
}

const nothing = 'fn prepare(t: u32) {}';
const inOrder = 'fn quad_at(half: u32, g: u32) -> u32 { return half * 4u * HELD_QUADS + g * 4u; }';

/** Of what is no more than 16 bytes and no scale, or is decoded already. */
const stagedWhole = `
var<workgroup> staged: array<Held, THREADS>;
fn stage(t: u32, held: Held) { staged[t] = held; }
fn staged_quad(t: u32, g: u32) -> vec4f { return quad(staged[t], g); }`;

/** Of words and a scale: two arrays, for a struct of both would leave room between them. */
const stagedParts = (scale: string): string => `
var<workgroup> staged_words: array<vec4u, THREADS>;
var<workgroup> staged_scales: array<${scale}, THREADS>;
fn stage(t: u32, held: Held) {
  staged_words[t] = held.words;
  staged_scales[t] = held.scale;
}`;

/** 4-bit words: what the scale is made of, how a word's vector g is decoded. */
function fourBit(parts: {
  readonly scale: string;
  readonly fetched: string;
  readonly quad: string;
  readonly places: string;
  readonly before?: string;
}): TileSource {
  const source = `
alias Packed = vec4u;
alias Scale = ${parts.scale};
const HELD_QUADS = 8u;
struct Held { words: vec4u, scale: Scale }
${parts.before ?? nothing}
fn fetch(segment: u32, first_block: u32, element: u32, half: u32, valid: bool) -> Held {
  let words = w[first_block * 2u + (element >> 5u) + half];
  let own = (element >> 5u) + half;
  let scale = ${parts.fetched};
  return Held(words, select(${parts.scale === 'f32' ? '0.0' : `${parts.scale}(0.0)`}, scale, valid));
}
fn word_quad(word: u32, scale: Scale, g: u32) -> vec4f {${parts.quad}}
fn quad(held: Held, g: u32) -> vec4f { return word_quad(held.words[g >> 1u], held.scale, g); }
fn quad_at(half: u32, g: u32) -> u32 { ${parts.places} }`;
  const staged = `${stagedParts('Scale')}
fn staged_quad(t: u32, g: u32) -> vec4f { return word_quad(staged_words[t][g >> 1u], staged_scales[t], g); }`;
  return { piece: 32, source, staged };
}

/** Four numbers of four bits, a byte each: of the low nibbles for even g, of the high ones for odd. */
const nibbles = `
  let n = (word >> ((g & 1u) * 4u)) & 0x0f0f0f0fu;
  let q = vec4f(vec4u(n & 255u, (n >> 8u) & 255u, (n >> 16u) & 255u, n >> 24u));`;
/** Word i of a block of 32: four from 4 i on in its low nibbles, from 16 + 4 i in its high ones. */
const lowAndHigh = 'return half * 32u + (g >> 1u) * 4u + (g & 1u) * 16u;';
const halfOf = (at: string, block: string): string => `unpack2x16float(w_scales[${at}])[(${block}) & 1u]`;

/** What the numbers of a nibble stand for, in workgroup memory: a table in registers is a table in memory on most devices. */
const codeBook = (values: ArrayLike<number>): string => `${codeTable(values)}
var<workgroup> codes: array<f32, 16>;
fn prepare(t: u32) { if (t < 16u) { codes[t] = CODE[t]; } }`;

/** Formats of 16 bytes a fetch without scales. */
const plain = (held: string, fetched: string, low: string, high: string): TileSource => ({
  piece: 8,
  source: `
alias Packed = vec4u;
const HELD_QUADS = 2u;
alias Held = ${held};
${nothing}
fn fetch(segment: u32, first_block: u32, element: u32, half: u32, valid: bool) -> Held {
  let at = first_block * 64u + element + half * 8u;
  return ${fetched};
}
fn quad(held: Held, g: u32) -> vec4f {
  if (g == 0u) { return ${low}; }
  return ${high};
}
${inOrder}`,
  staged: stagedWhole,
});

const wide: Partial<Record<WeightFormat, TileSource>> = {
  none: plain(
    'array<vec4f, 2>',
    `Held(
    bitcast<vec4f>(select(vec4u(0u), w[at >> 2u], valid)),
    bitcast<vec4f>(select(vec4u(0u), w[(at >> 2u) + 1u], valid)))`,
    'held[0]',
    'held[1]',
  ),
  f16: plain(
    'vec4u',
    'select(vec4u(0u), w[at >> 3u], valid)',
    'vec4f(unpack2x16float(held.x), unpack2x16float(held.y))',
    'vec4f(unpack2x16float(held.z), unpack2x16float(held.w))',
  ),
  bf16: plain(
    'vec4u',
    'select(vec4u(0u), w[at >> 3u], valid)',
    'bitcast<vec4f>(vec4u(held.x << 16u, held.x & 0xffff0000u, held.y << 16u, held.y & 0xffff0000u))',
    'bitcast<vec4f>(vec4u(held.z << 16u, held.z & 0xffff0000u, held.w << 16u, held.w & 0xffff0000u))',
  ),
  q8_0: {
    piece: 16,
    source: `
alias Packed = vec4u;
const HELD_QUADS = 4u;
struct Held { words: vec4u, scale: f32 }
${nothing}
fn fetch(segment: u32, first_block: u32, element: u32, half: u32, valid: bool) -> Held {
  let own = element >> 5u;
  let scale = ${halfOf('first_block + (own >> 1u)', 'own')};
  return Held(w[first_block * 4u + (element >> 4u) + half], select(0.0, scale, valid));
}
fn word_quad(word: u32, scale: f32) -> vec4f {
  return vec4f(vec4i(vec4u(word << 24u, word << 16u, word << 8u, word)) >> vec4u(24u)) * scale;
}
fn quad(held: Held, g: u32) -> vec4f { return word_quad(held.words[g], held.scale); }
${inOrder}`,
    staged: `${stagedParts('f32')}
fn staged_quad(t: u32, g: u32) -> vec4f { return word_quad(staged_words[t][g], staged_scales[t]); }`,
  },
  q4_0: fourBit({
    scale: 'f32',
    fetched: halfOf('first_block + (own >> 1u)', 'own'),
    quad: `${nibbles}\n  return (q - 8.0) * scale;\n`,
    places: lowAndHigh,
  }),
  q4_1: fourBit({
    scale: 'vec2f',
    fetched: 'unpack2x16float(w_scales[first_block * 2u + own])',
    quad: `${nibbles}\n  return q * scale.x + scale.y;\n`,
    places: lowAndHigh,
  }),
  int4: fourBit({
    scale: 'vec2f',
    fetched: 'scale_and_zero(w_scales[first_block * 2u + own])',
    quad: `${nibbles}\n  return (q - scale.y) * scale.x;\n`,
    places: lowAndHigh,
    before: `${nothing}
fn scale_and_zero(word: u32) -> vec2f { return vec2f(unpack2x16float(word & 0xffffu).x, f32(word >> 16u)); }`,
  }),
  int4_f32: fourBit({
    scale: 'vec2f',
    fetched: 'scale_and_zero((first_block * 2u + own) * 2u)',
    quad: `${nibbles}\n  return (q - scale.y) * scale.x;\n`,
    places: lowAndHigh,
    before: `${nothing}
fn scale_and_zero(at: u32) -> vec2f { return vec2f(bitcast<f32>(w_scales[at]), f32(w_scales[at + 1u] & 0xffffu)); }`,
  }),
  iq4_nl: fourBit({
    scale: 'f32',
    fetched: halfOf('first_block + (own >> 1u)', 'own'),
    quad: `
  let c = word >> ((g & 1u) * 4u);
  return vec4f(codes[c & 15u], codes[(c >> 8u) & 15u], codes[(c >> 16u) & 15u], codes[(c >> 24u) & 15u]) * scale;
`,
    places: lowAndHigh,
    before: codeBook(IQ4_VALUES),
  }),
  // Two sub-blocks of 32 share their words: one in the low nibbles, one in the high ones.
  q4_k: fourBit({
    scale: 'vec4f',
    fetched: 'two_scales(first_block + (element >> 8u) * 4u, (element >> 5u) & 7u)',
    quad: `${nibbles}
  return q * select(scale.x, scale.z, (g & 1u) == 1u) - select(scale.y, scale.w, (g & 1u) == 1u);
`,
    places: 'return half * 16u + (g >> 1u) * 4u + (g & 1u) * 32u;',
    before: `${nothing}${scaleAndMin}
fn two_scales(at: u32, j: u32) -> vec4f { return vec4f(scale_and_min(at, j), scale_and_min(at, j + 1u)); }`,
  }),
};

/** bitsandbytes': element 2i in the high nibble of byte i. */
const codebook = (format: FourBitFormat): TileSource =>
  fourBit({
    scale: 'f32',
    fetched: 'block_scale(segment, first_block + (own >> 1u))',
    quad: `
  let c = word >> ((g & 1u) * 16u);
  return vec4f(codes[(c >> 4u) & 15u], codes[c & 15u], codes[(c >> 12u) & 15u], codes[(c >> 8u) & 15u]) * scale;
`,
    places: 'return half * 32u + g * 4u;',
    before: `${scaleSource(format)}\n${codeBook(codesOf(format))}`,
  });

/** Any format, four weights at a time. */
const generic = (format: WeightFormat): TileSource => ({
  piece: 8,
  source: `${decoder(format).source}
alias Packed = u32;
const HELD_QUADS = 2u;
alias Held = array<vec4f, 2>;
${nothing}
fn fetch(segment: u32, first_block: u32, element: u32, half: u32, valid: bool) -> Held {
  let at = element + half * 8u;
  if (!valid) { return Held(vec4f(0.0), vec4f(0.0)); }
  return Held(weights4(segment, first_block, at), weights4(segment, first_block, at + 4u));
}
fn quad(held: Held, g: u32) -> vec4f { return select(held[0], held[1], g == 1u); }
${inOrder}`,
  staged: stagedWhole,
});

function sourceOf(format: WeightFormat, k: number): TileSource {
  const own = isFourBit(format) ? codebook(format) : wide[format];
  return own && k % own.piece === 0 ? own : generic(format);
}

/** A format's decoder for tiles of a matrix of K columns, with the format that it decodes. */
export type TileDecoder = Decoder & {
  /** Elements of the sum that every invocation's fetch together is enough for. */
  readonly unit: number;
};

export function tileDecoder(format: WeightFormat, k: number, alongK = true): TileDecoder {
  const { piece, source, staged } = sourceOf(format, k);
  return { key: `${format}-${piece}`, format, unit: 2 * piece, source: alongK ? source : source + staged };
}
