// The normalizers of tokenizer.json as the library that published it computes them. Source: tokenizers 0.23 normalizers/*.rs and
// tokenizer/normalizer.rs. Leaves out BertNormalizer and Nmt, which no model of causal language needs.
import { expressionOf } from './expression.ts';
import type { Part, Piece } from './piece.ts';
import { rewritten } from './piece.ts';
import { precompiled } from './precompiled.ts';
import type { Normalizer } from './shapes.ts';

export type Normalize = (piece: Piece) => Piece;

/** A character with what composes with it: accents, and the vowels and finals of Hangul. */
const COMPOSED = /[\s\S][\p{M}\u1160-\u11FF\uD7B0-\uD7FF]*/gu;

function unicode(form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): Normalize {
  return (piece) => {
    const whole = piece.text.normalize(form);
    if (whole === piece.text) return piece;
    const parts = [...piece.text.matchAll(COMPOSED)].map((match) => ({
      text: match[0].normalize(form),
      start: match.index,
      end: match.index + match[0].length,
    }));
    const joined = parts.map((part) => part.text).join('') === whole;
    return rewritten(piece, joined ? parts : [{ text: whole, start: 0, end: piece.text.length }]);
  };
}

/** Whatever the expression matches becomes the content, as it stands. */
export function replaced(expression: RegExp, content: (found: string) => string): Normalize {
  return (piece) => {
    const parts: Part[] = [];
    let at = 0;
    const keep = (end: number): void => {
      if (end > at) parts.push({ text: piece.text.slice(at, end), start: at, end });
    };
    for (const match of piece.text.matchAll(expression)) {
      keep(match.index);
      at = match.index + match[0].length;
      parts.push({ text: content(match[0]), start: match.index, end: at });
    }
    if (parts.length === 0) return piece;
    keep(piece.text.length);
    return rewritten(piece, parts);
  };
}

export function prepended(piece: Piece, prefix: string): Piece {
  if (piece.text === '') return piece;
  const { length } = piece.text;
  return rewritten(piece, [
    { text: prefix, start: 0, end: 0 },
    { text: piece.text, start: 0, end: length },
  ]);
}

const nothing = (): string => '';

export function normalizerOf(one: Normalizer): Normalize {
  switch (one.type) {
    case 'Sequence': {
      const all = one.normalizers.map(normalizerOf);
      return (piece) => all.reduce((sofar, normalize) => normalize(sofar), piece);
    }
    case 'NFC':
    case 'NFD':
    case 'NFKC':
    case 'NFKD':
      return unicode(one.type);
    // One character at a time: a final sigma is like any other.
    case 'Lowercase':
      return replaced(/\p{Changes_When_Lowercased}/gu, (found) => found.toLowerCase());
    case 'StripAccents':
      return replaced(/\p{M}/gu, nothing);
    case 'Replace':
      return replaced(expressionOf(one.pattern), () => one.content);
    case 'Prepend':
      return (piece) => prepended(piece, one.prepend);
    case 'Strip': {
      const ends = [
        ...(one.strip_left ? ['(?<![^])\\p{White_Space}+'] : []),
        ...(one.strip_right ? ['\\p{White_Space}+(?![^])'] : []),
      ];
      return ends.length > 0 ? replaced(new RegExp(ends.join('|'), 'gu'), nothing) : (piece) => piece;
    }
    case 'Precompiled':
      return precompiled(one.precompiled_charsmap);
  }
}
