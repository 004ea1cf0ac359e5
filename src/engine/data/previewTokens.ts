// Tokens of a row for people. Many scripts and emoji take several tokens for one character: those are shown together, for a part of a character
// can't be written down. What is counted are the tokens themselves, elsewhere.
import type { RowPreview, TokenMask } from './summary.ts';
import type { Tokenizer } from './tokenizer.ts';

export interface MaskedToken {
  readonly id: number;
  readonly mask: TokenMask;
}

type Shown = RowPreview['tokens'][number];
export const PART = '\uFFFD';

/** Tokens that are written down as one text. */
export interface TokenGroup<T> {
  readonly text: string;
  readonly tokens: readonly T[];
}

/** Of a character that is cut, the cut decides. */
export const maskOf = (tokens: readonly Pick<MaskedToken, 'mask'>[]): TokenMask =>
  tokens.find(({ mask }) => mask === 'truncated')?.mask ?? tokens[0]?.mask ?? 'ignored';

/** `[T]` tokens to at most as many groups, in their order. A character of which the end is missing shows as its tokens do. */
export function groupTokens<T extends Pick<MaskedToken, 'id'>>(
  tokens: readonly T[],
  tokenizer: Pick<Tokenizer, 'show' | 'decode'>,
): readonly TokenGroup<T>[] {
  const groups: TokenGroup<T>[] = [];
  let open: T[] = [];
  const textOf = (): string =>
    tokenizer.decode(
      open.map(({ id }) => id),
      false,
    );
  const close = (): void => {
    if (open.length > 0) groups.push({ text: textOf(), tokens: open });
    open = [];
  };
  for (const token of tokens) {
    const text = tokenizer.show(token.id);
    if (!text.includes(PART)) {
      close();
      groups.push({ text, tokens: [token] });
      continue;
    }
    open.push(token);
    if (!textOf().endsWith(PART)) close();
  }
  close();
  return groups;
}

/** `[T]` tokens to at most as many texts, in their order. */
export function previewTokens(
  tokens: readonly MaskedToken[],
  tokenizer: Pick<Tokenizer, 'show' | 'decode'>,
): readonly Shown[] {
  return groupTokens(tokens, tokenizer).map(({ text, tokens: group }) => ({ text, mask: maskOf(group) }));
}
