// sentencepiece's own table of normalizations, as tokenizer.json carries it: a double array of prefixes and the texts that they become. Source:
// sentencepiece normalizer.cc (the layout), spm_precompiled 0.1 as tokenizers 0.23 uses it (whole graphemes below six bytes first).
import type { Part, Piece } from './piece.ts';
import { rewritten } from './piece.ts';

/** Bytes below which a whole grapheme is looked up before its characters are. */
const SHORT = 6;

/** A node: eight bits of label, one that says whether a value hangs on it, and how far its children are. */
const label = (unit: number): number => unit & 0x800000ff;
const leaf = (unit: number): boolean => ((unit >>> 8) & 1) === 1;
const offset = (unit: number): number => (unit >>> 10) << ((unit & 0x200) >>> 6);
const textAt = (unit: number): number => unit & 0x7fffffff;

/** Throws RangeError for a table that is cut short. */
export function precompiled(base64: string | null): (piece: Piece) => Piece {
  if (base64 === null || base64 === '') return (piece) => piece;
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const size = view.getUint32(0, true);
  const array = Uint32Array.from({ length: Math.floor(size / 4) }, (_, i) => view.getUint32(4 + 4 * i, true));
  const texts = bytes.subarray(4 + array.length * 4);
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const segments = new Intl.Segmenter('en', { granularity: 'grapheme' });

  /** What the shortest known prefix of these bytes becomes; null: nothing is known of them. */
  const looked = (key: Uint8Array): string | null => {
    let node = offset(array[0] ?? 0);
    for (const byte of key) {
      if (byte === 0) return null;
      node ^= byte;
      const unit = array[node] ?? 0;
      if (label(unit) !== byte) return null;
      node ^= offset(unit);
      if (leaf(unit)) {
        const start = textAt(array[node] ?? 0);
        const end = texts.indexOf(0, start);
        return decoder.decode(texts.subarray(start, end < 0 ? texts.length : end));
      }
    }
    return null;
  };

  return (piece) => {
    const parts: Part[] = [];
    let changed = false;
    const add = (words: string, start: number, became: string | null): void => {
      changed ||= became !== null;
      parts.push({ text: became ?? words, start, end: start + words.length });
    };
    for (const { segment, index } of segments.segment(piece.text)) {
      const key = encoder.encode(segment);
      const whole = key.length < SHORT ? looked(key) : null;
      if (whole !== null) {
        add(segment, index, whole);
        continue;
      }
      let at = index;
      for (const character of segment) {
        add(character, at, looked(encoder.encode(character)));
        at += character.length;
      }
    }
    return changed ? rewritten(piece, parts) : piece;
  };
}
