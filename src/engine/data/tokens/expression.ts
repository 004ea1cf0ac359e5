// The expressions of tokenizer.json, which are Oniguruma's, as JavaScript's, and a text cut at their matches in the ways that the format
// names. Source: tokenizers 0.23 tokenizer/normalizer.rs (SplitDelimiterBehavior) and tokenizer/pattern.rs.
import { SplitPreTokenizer } from '@huggingface/tokenizers';
import type { Piece } from './piece.ts';
import { slice } from './piece.ts';
import type { Pattern, Split } from './shapes.ts';

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The letters outside ASCII that fold to one of ASCII's: Oniguruma counts them in, the library's translation leaves them out. */
const folded = (source: string): string =>
  source.replaceAll('[sS]', '[sS\u017F]').replaceAll('[kK]', '[kK\u212A]');

/** Throws SyntaxError for an expression that can't be read. */
export function expressionOf(pattern: Pattern): RegExp {
  if ('String' in pattern) return new RegExp(escaped(pattern.String), 'gu');
  const { pattern: made } = new SplitPreTokenizer({
    type: 'Split',
    pattern,
    behavior: 'Isolated',
    invert: false,
  });
  if (!made) throw new SyntaxError(pattern.Regex);
  return pattern.Regex.includes('(?i') ? new RegExp(folded(made.source), made.flags) : made;
}

/** A stretch [start, end) of a text, and whether the expression matched it. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly matched: boolean;
}

function stretches(text: string, expression: RegExp): Stretch[] {
  const found: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(expression)) {
    const end = match.index + match[0].length;
    if (at < match.index) found.push({ start: at, end: match.index, matched: false });
    found.push({ start: match.index, end, matched: true });
    at = end;
  }
  if (at < text.length) found.push({ start: at, end: text.length, matched: false });
  return found;
}

/** Stretches joined with the one before wherever `joins` says so of the two. */
function joined(all: readonly Stretch[], joins: (before: Stretch, here: Stretch) => boolean): Stretch[] {
  const found: Stretch[] = [];
  let before: Stretch | null = null;
  for (const here of all) {
    const last = found.at(-1);
    if (last && before && joins(before, here)) found[found.length - 1] = { ...last, end: here.end };
    else found.push(here);
    before = here;
  }
  return found;
}

const ways: Readonly<Record<Split['behavior'], (all: readonly Stretch[]) => readonly Stretch[]>> = {
  Removed: (all) => all.filter(({ matched }) => !matched),
  Isolated: (all) => all,
  Contiguous: (all) => joined(all, (before, here) => before.matched === here.matched),
  // Of several matches in a row the first (here) or the last (below) is taken, the others stand alone.
  MergedWithPrevious: (all) => joined(all, (before, here) => here.matched && !before.matched),
  MergedWithNext: (all) => joined(all, (before, here) => before.matched && !here.matched),
};

export function splitBy(
  expression: RegExp,
  behavior: Split['behavior'],
  invert: boolean,
): (piece: Piece) => Piece[] {
  return (piece) => {
    const all = stretches(piece.text, expression);
    const turned = invert ? all.map((one) => ({ ...one, matched: !one.matched })) : all;
    return ways[behavior](turned)
      .filter(({ start, end }) => end > start)
      .map(({ start, end }) => slice(piece, start, end));
  };
}
