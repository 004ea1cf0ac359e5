// Tokens of a row for people. Many scripts and emoji take several tokens for one character: those are shown together, for a part of a character
// can't be written down. What is counted are the tokens themselves, elsewhere.
import type { RowPreview, TokenMask } from './summary.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface MaskedToken {
  readonly id: number;
  readonly mask: TokenMask;
}

type Shown = RowPreview['tokens'][number];
const PART = '\uFFFD';

/** Of a character that is cut, the cut decides. */
const maskOf = (tokens: readonly MaskedToken[]): TokenMask =>
  tokens.find(({ mask }) => mask === 'truncated')?.mask ?? tokens[0]?.mask ?? 'ignored';

/** `[T]` tokens to at most as many texts, in their order. A character of which the end is missing shows as its tokens do. */
export function previewTokens(
  tokens: readonly MaskedToken[],
  tokenizer: Pick<Tokenizer, 'show' | 'decode'>,
): readonly Shown[] {
  const shown: Shown[] = [];
  let open: MaskedToken[] = [];
  const textOf = (): string =>
    tokenizer.decode(
      open.map(({ id }) => id),
      false,
    );
  const close = (): void => {
    if (open.length > 0) shown.push({ text: textOf(), mask: maskOf(open) });
    open = [];
  };
  for (const token of tokens) {
    const text = tokenizer.show(token.id);
    if (!text.includes(PART)) {
      close();
      shown.push({ text, mask: token.mask });
      continue;
    }
    open.push(token);
    if (!textOf().endsWith(PART)) close();
  }
  close();
  return shown;
}
