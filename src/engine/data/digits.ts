// The pre-tokenizer Digits as the library that published it splits: at every numeric character, fractions, superscripts and digits of
// other scripts too. The library that runs here takes 0 to 9 alone; a split by an expression it does as the other. Source: tokenizers 0.22
// pre_tokenizers/digits.rs (char::is_numeric).
import type { PreTokenizer } from './tokenizerShapes.ts';

export function splitAtDigits(own: PreTokenizer): PreTokenizer {
  if (own.type === 'Sequence') return { ...own, pretokenizers: own.pretokenizers.map(splitAtDigits) };
  if (own.type !== 'Digits') return own;
  const Regex = own.individual_digits ? '\\p{N}' : '\\p{N}+';
  return { type: 'Split', pattern: { Regex }, behavior: 'Isolated', invert: false };
}
