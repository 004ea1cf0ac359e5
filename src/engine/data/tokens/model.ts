// What the models of tokenizers share: a piece of text to tokens, and the names of bytes. Knows none of them.

export interface Token {
  readonly id: number;
  /** Units of the piece that it stands for, [start, end); the bytes of one character all stand for it. */
  readonly start: number;
  readonly end: number;
}

export interface TokenModel {
  readonly tokenize: (text: string) => readonly Token[];
  readonly idOf: (token: string) => number | undefined;
  readonly tokenOf: (id: number) => string | undefined;
}

/** How a vocabulary with byte fallback writes a byte. */
const byteToken = (byte: number): string => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`;

const encoder = new TextEncoder();

/** Ids of the bytes of a text; null where the vocabulary lacks one. */
export function byteIds(text: string, idOf: (token: string) => number | undefined): number[] | null {
  const ids: number[] = [];
  for (const byte of encoder.encode(text)) {
    const id = idOf(byteToken(byte));
    if (id === undefined) return null;
    ids.push(id);
  }
  return ids;
}

const MOST_KEPT = 10_000;
const LONGEST_KEPT = 256;

/** Words come again and again: what was made of the last ten thousand is kept. */
export function remembering(
  tokenize: (text: string) => readonly Token[],
): (text: string) => readonly Token[] {
  const kept = new Map<string, readonly Token[]>();
  return (text) => {
    const known = kept.get(text);
    if (known) return known;
    const made = tokenize(text);
    if (text.length >= LONGEST_KEPT) return made;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(text, made);
    return made;
  };
}
