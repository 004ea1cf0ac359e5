// Tokens that are found in a text before anything else cuts it: at each place the longest that begins there, with the white space beside it
// where it asks for that, or only as a word of its own. Source: tokenizers 0.23 tokenizer/added_vocabulary.rs.
import type { Normalize } from './normalizers.ts';
import type { Piece } from './piece.ts';
import { slice, wholeText } from './piece.ts';
import type { AddedToken } from './shapes.ts';

/** A piece that is a token already, or is not yet. */
export interface Section {
  readonly piece: Piece;
  readonly id: number | null;
}

interface Node {
  readonly next: Map<string, Node>;
  token: AddedToken | null;
}

const node = (): Node => ({ next: new Map(), token: null });

const WORD = '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]';
const wordBefore = new RegExp(`${WORD}$`, 'u');
const wordAfter = new RegExp(`^${WORD}`, 'u');
const SPACE = /^\p{White_Space}$/u;
/** As much as has to be looked at for a word's end: one character. */
const BESIDE = 2;

/** Whether the text before and after allows a match. */
function allowed({ single_word }: AddedToken, text: string, start: number, end: number): boolean {
  if (!single_word) return true;
  return (
    !wordBefore.test(text.slice(Math.max(0, start - BESIDE), start)) &&
    !wordAfter.test(text.slice(end, end + BESIDE))
  );
}

/** A finder of these tokens, each by what is looked for in its place. */
function finder(
  tokens: readonly (readonly [content: string, token: AddedToken])[],
): (piece: Piece) => Section[] {
  const root = node();
  for (const [content, token] of tokens) {
    let at = root;
    for (const unit of content) {
      const known = at.next.get(unit) ?? node();
      at.next.set(unit, known);
      at = known;
    }
    if (at !== root) at.token ??= token;
  }

  const longestAt = (text: string, start: number): { token: AddedToken; end: number } | null => {
    let found: { token: AddedToken; end: number } | null = null;
    let at: Node | undefined = root;
    let end = start;
    while (end < text.length) {
      const unit: string = String.fromCodePoint(text.codePointAt(end) ?? 0);
      at = at.next.get(unit);
      if (!at) break;
      end += unit.length;
      if (at.token) found = { token: at.token, end };
    }
    return found;
  };

  return (piece) => {
    const { text } = piece;
    const sections: Section[] = [];
    /** Up to where the text is given away. */
    let taken = 0;
    let at = 0;
    const plain = (start: number, end: number): void => {
      if (start < end) sections.push({ piece: slice(piece, start, end), id: null });
    };
    while (root.next.size > 0 && at < text.length) {
      const match = longestAt(text, at);
      if (!match) {
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
        continue;
      }
      const { token, end } = match;
      const begun = at;
      at = end;
      if (!allowed(token, text, begun, end)) continue;
      let [start, stop] = [begun, end];
      while (token.lstrip && start > taken && SPACE.test(text[start - 1] ?? '')) start--;
      while (token.rstrip && SPACE.test(text[stop] ?? '')) stop++;
      plain(taken, start);
      sections.push({ piece: slice(piece, start, stop), id: token.id });
      taken = stop;
    }
    plain(taken, text.length);
    return sections;
  };
}

const isNormalized = (token: AddedToken): boolean => token.normalized ?? !token.special;

/** What is looked for, and what decoding gives: of one that is found in normalized text, its own normalized text. */
export const writtenAs = (token: AddedToken, normalize: Normalize | null): string =>
  normalize && isNormalized(token) ? normalize(wholeText(token.content)).text : token.content;

/** Those that stand in the text as it is given are found first, then the others in the normalized rest. */
export function sectionsOf(
  tokens: readonly AddedToken[],
  normalize: Normalize | null,
): (text: string) => Section[] {
  const finderOf = (some: readonly AddedToken[]) =>
    finder(some.map((token) => [writtenAs(token, normalize), token] as const));
  const asGiven = finderOf(tokens.filter((token) => !isNormalized(token)));
  const afterwards = finderOf(tokens.filter(isNormalized));
  return (text) =>
    asGiven(wholeText(text)).flatMap((section) =>
      section.id === null ? afterwards(normalize ? normalize(section.piece) : section.piece) : [section],
    );
}
