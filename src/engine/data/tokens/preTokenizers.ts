// The pre-tokenizers of tokenizer.json as the library that published it computes them: pieces of text to smaller ones. Source: tokenizers 0.23
// pre_tokenizers/*.rs. Leaves out those of BERT and of scripts.
import { bytesAsCharacters } from './byteLevel.ts';
import { expressionOf, splitBy } from './expression.ts';
import { prepended, replaced } from './normalizers.ts';
import type { Piece } from './piece.ts';
import { originOf, rewritten } from './piece.ts';
import type { Metaspace, PreTokenizer } from './shapes.ts';

export type PreTokenize = (piece: Piece) => readonly Piece[];

const SPACE = '\\p{White_Space}';
/** GPT-2's. */
const words = (): RegExp =>
  new RegExp(
    `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${SPACE}\\p{L}\\p{N}]+|${SPACE}+(?!\\P{White_Space})|${SPACE}+`,
    'gu',
  );
const WORD = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}';
const PUNCTUATION = '[\\p{P}!-/:-@[-`{-~]';

const byCharacter = (source: string): RegExp => new RegExp(source, 'gu');

function metaspace({ replacement, prepend_scheme, add_prefix_space, split }: Metaspace): PreTokenize {
  const scheme = prepend_scheme ?? (add_prefix_space === false ? 'never' : 'always');
  const marked = replaced(/ /gu, () => replacement);
  const cut = splitBy(expressionOf({ String: replacement }), 'MergedWithNext', false);
  return (piece) => {
    const own = marked(piece);
    const wanted = scheme === 'always' || (scheme === 'first' && originOf(own, 0, 1)[0] === 0);
    const begun = wanted && !own.text.startsWith(replacement) ? prepended(own, replacement) : own;
    return split === false ? [begun] : cut(begun);
  };
}

function byteLevel(prefix: boolean, expression: RegExp | null): PreTokenize {
  const cut = expression ? splitBy(expression, 'Isolated', false) : (piece: Piece) => [piece];
  return (piece) =>
    cut(prefix && !piece.text.startsWith(' ') ? prepended(piece, ' ') : piece).map((one) => {
      const parts = bytesAsCharacters(one.text);
      return parts === null ? one : rewritten(one, parts);
    });
}

export function preTokenizerOf(one: PreTokenizer): PreTokenize {
  switch (one.type) {
    case 'Sequence': {
      const all = one.pretokenizers.map(preTokenizerOf);
      return (piece) => all.reduce<readonly Piece[]>((pieces, next) => pieces.flatMap(next), [piece]);
    }
    case 'ByteLevel':
      return byteLevel(one.add_prefix_space ?? true, (one.use_regex ?? true) ? words() : null);
    case 'Metaspace':
      return metaspace(one);
    case 'Split':
      return splitBy(expressionOf(one.pattern), one.behavior, one.invert);
    case 'Digits':
      return splitBy(byCharacter('\\p{N}'), one.individual_digits ? 'Isolated' : 'Contiguous', false);
    case 'Punctuation':
      return splitBy(byCharacter(PUNCTUATION), one.behavior ?? 'Isolated', false);
    case 'Whitespace':
      return splitBy(byCharacter(`[${WORD}]+|[^${WORD}${SPACE}]+`), 'Removed', true);
    case 'WhitespaceSplit':
      return splitBy(byCharacter(SPACE), 'Removed', false);
  }
}
