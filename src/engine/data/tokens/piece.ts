// A stretch of text on its way to tokens, and where each of its UTF-16 units came from in the text that was given. Where that is gets worked
// out only when it is asked for: most texts are encoded for their ids alone. Knows no tokenizer.

interface Origins {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

export interface Piece {
  readonly text: string;
  /** The first unit's place in the text that was given. */
  readonly at: number;
  /** Where each unit begins and ends there; null: one after another, from `at`. */
  readonly origins: (() => Origins) | null;
}

export const wholeText = (text: string): Piece => ({ text, at: 0, origins: null });

const oneAfterAnother = ({ text, at }: Piece): Origins => ({
  from: Int32Array.from({ length: text.length }, (_, i) => at + i),
  to: Int32Array.from({ length: text.length }, (_, i) => at + i + 1),
});

const originsOf = (piece: Piece): Origins => piece.origins?.() ?? oneAfterAnother(piece);

/** Where units [start, end) of the piece come from. */
export function originOf(piece: Piece, start: number, end: number): readonly [start: number, end: number] {
  if (!piece.origins) return [piece.at + start, piece.at + end];
  const { from, to } = piece.origins();
  return [from[start] ?? piece.at, to[end - 1] ?? piece.at];
}

export function slice(piece: Piece, start: number, end: number): Piece {
  if (start === 0 && end === piece.text.length) return piece;
  const text = piece.text.slice(start, end);
  const { origins } = piece;
  if (!origins) return { text, at: piece.at + start, origins };
  const sub = (): Origins => {
    const { from, to } = origins();
    return { from: from.subarray(start, end), to: to.subarray(start, end) };
  };
  return { text, at: origins().from[start] ?? piece.at, origins: sub };
}

/** What stands in place of the piece's units [start, end); of none: before the unit at `start`, and counted as that unit's. */
export interface Part {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The piece with other text: its parts in order, which leave out what is gone. */
export function rewritten(piece: Piece, parts: readonly Part[]): Piece {
  const text = parts.map((part) => part.text).join('');
  let made: Origins | null = null;
  const origins = (): Origins => {
    if (made) return made;
    const old = originsOf(piece);
    const from = new Int32Array(text.length);
    const to = new Int32Array(text.length);
    let unit = 0;
    for (const part of parts) {
      const kept = part.text === piece.text.slice(part.start, part.end);
      const last = Math.max(part.start, part.end - 1);
      for (let i = 0; i < part.text.length; i++) {
        from[unit] = old.from[kept ? part.start + i : part.start] ?? piece.at;
        to[unit++] = old.to[kept ? part.start + i : last] ?? piece.at;
      }
    }
    made = { from, to };
    return made;
  };
  const first = parts.find((part) => part.text !== '');
  const at =
    first && first.start < piece.text.length ? originOf(piece, first.start, first.start + 1)[0] : piece.at;
  return { text, at, origins };
}
