// The decoders of tokenizer.json: tokens to the text that they stand for. Source: tokenizers 0.23 decoders/*.rs and
// pre_tokenizers/{byte_level,metaspace}.rs. Leaves out WordPiece, CTC and BPEDecoder.
import { byteOf } from './byteLevel.ts';
import { expressionOf } from './expression.ts';
import type { Decoder } from './shapes.ts';

export type Decode = (tokens: readonly string[]) => readonly string[];

const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

/** Runs of byte tokens as text, or one U+FFFD for each of them where they are none. */
function byteFallback(tokens: readonly string[]): readonly string[] {
  const out: string[] = [];
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length === 0) return;
    try {
      out.push(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)));
    } catch {
      out.push(...bytes.map(() => '\uFFFD'));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const hex = BYTE.exec(token)?.[1];
    if (hex !== undefined) bytes.push(Number.parseInt(hex, 16));
    else {
      flush();
      out.push(token);
    }
  }
  flush();
  return out;
}

function byteLevel(tokens: readonly string[]): readonly string[] {
  const encoder = new TextEncoder();
  const bytes = tokens.flatMap((token) => {
    const own = [...token].map((character) => byteOf.get(character));
    // A token with a character that is no byte is taken as it stands.
    return own.every((byte) => byte !== undefined) ? own : [...encoder.encode(token)];
  });
  return [new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes))];
}

/** `begins`: whether the first token is the first of a text, whose marks of a space before it fall away. */
export function decoderOf(one: Decoder, begins: boolean): Decode {
  switch (one.type) {
    case 'Sequence': {
      const all = one.decoders.map((each) => decoderOf(each, begins));
      return (tokens) => all.reduce((sofar, decode) => decode(sofar), tokens);
    }
    case 'ByteLevel':
      return byteLevel;
    case 'ByteFallback':
      return byteFallback;
    case 'Fuse':
      return (tokens) => [tokens.join('')];
    case 'Replace': {
      const expression = expressionOf(one.pattern);
      return (tokens) => tokens.map((token) => token.replaceAll(expression, () => one.content));
    }
    case 'Strip':
      return begins ? (tokens) => tokens.map((token) => stripped(token, one)) : (tokens) => tokens;
    case 'Metaspace': {
      const drops = (one.prepend_scheme ?? (one.add_prefix_space === false ? 'never' : 'always')) !== 'never';
      return (tokens) =>
        tokens.map((token, i) => token.replaceAll(one.replacement, i === 0 && drops && begins ? '' : ' '));
    }
  }
}

function stripped(token: string, { content, start, stop }: Extract<Decoder, { type: 'Strip' }>): string {
  const characters = [...token];
  let from = 0;
  while (from < start && characters[from] === content) from++;
  let to = characters.length;
  while (to > from && characters.length - to < stop && characters[to - 1] === content) to--;
  return characters.slice(from, to).join('');
}
