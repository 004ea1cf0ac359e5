// A tokenizer of tokenizer.json: text to ids and back as the library that published the format does it, and where in the text each id stands.
// Source: tokenizers 0.23 tokenizer/mod.rs. Its parts are the files beside this one; templates and special tokens are tokenizer.ts's.
import { sectionsOf, writtenAs } from './addedTokens.ts';
import { bpeModel } from './bpe.ts';
import { decoderOf } from './decoders.ts';
import type { TokenModel } from './model.ts';
import { normalizerOf } from './normalizers.ts';
import { originOf } from './piece.ts';
import { preTokenizerOf } from './preTokenizers.ts';
import type { PostProcessor, TokenizerJson } from './shapes.ts';
import { unigramModel } from './unigram.ts';

/** A token and the UTF-16 units of the text that it stands for, [start, end). */
export interface Placed {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

export interface Pipeline {
  readonly encode: (text: string) => number[];
  readonly encodePlaced: (text: string) => Placed[];
  /** What is put before and after a text that stands alone. */
  readonly around: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly decode: (ids: readonly number[], skipSpecial: boolean) => string;
  /** What a token adds in the middle of a text. */
  readonly show: (id: number) => string;
  readonly idOf: (token: string) => number | undefined;
}

interface Around {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const NOTHING: Around = { before: [], after: [] };

/** ByteLevel only moves where tokens are said to stand. */
function aroundOf(processor: PostProcessor | null): Around {
  if (processor === null || processor.type === 'ByteLevel') return NOTHING;
  if (processor.type === 'Sequence')
    return processor.processors.map(aroundOf).reduce(
      (inner, outer) => ({
        before: [...outer.before, ...inner.before],
        after: [...inner.after, ...outer.after],
      }),
      NOTHING,
    );
  const { single, special_tokens } = processor;
  const ids = (pieces: typeof single): number[] =>
    pieces.flatMap((piece) =>
      'SpecialToken' in piece ? (special_tokens[piece.SpecialToken.id]?.ids ?? []) : [],
    );
  const at = single.findIndex((piece) => 'Sequence' in piece);
  return at < 0 ? NOTHING : { before: ids(single.slice(0, at)), after: ids(single.slice(at + 1)) };
}

function modelOf({ model }: TokenizerJson): TokenModel {
  switch (model.type) {
    case 'BPE':
      return bpeModel(model);
    case 'Unigram':
      return unigramModel(model);
  }
}

/** Throws UserError 'tokenizer-file', or SyntaxError for an expression that can't be read. */
export function pipelineOf(json: TokenizerJson): Pipeline {
  const model = modelOf(json);
  const normalize = json.normalizer && normalizerOf(json.normalizer);
  const sections = sectionsOf(json.added_tokens, normalize);
  const cut = json.pre_tokenizer && preTokenizerOf(json.pre_tokenizer);
  const added = new Map(json.added_tokens.map((token) => [token.id, writtenAs(token, normalize)]));
  const addedIds = new Map(json.added_tokens.map(({ content, id }) => [content, id]));
  const special = new Set(json.added_tokens.filter((token) => token.special).map(({ content }) => content));
  const [whole, middle] = [true, false].map((begins) => json.decoder && decoderOf(json.decoder, begins));

  const tokenOf = (id: number): string | undefined => added.get(id) ?? model.tokenOf(id);
  const tokensOf = (ids: readonly number[], skip: boolean): string[] =>
    ids.flatMap((id) => {
      const token = tokenOf(id);
      return token === undefined || (skip && special.has(token)) ? [] : [token];
    });
  const pieces = (text: string) =>
    sections(text).flatMap(({ piece, id }) =>
      id === null && cut ? cut(piece).map((one) => ({ piece: one, id })) : [{ piece, id }],
    );

  return {
    around: aroundOf(json.post_processor),
    idOf: (token) => addedIds.get(token) ?? model.idOf(token),
    encode: (text) =>
      pieces(text).flatMap(({ piece, id }) =>
        id === null ? model.tokenize(piece.text).map((token) => token.id) : [id],
      ),
    encodePlaced: (text) =>
      pieces(text).flatMap(({ piece, id }) => {
        const tokens = id === null ? model.tokenize(piece.text) : [{ id, start: 0, end: piece.text.length }];
        return tokens.map((token) => {
          const [start, end] = originOf(piece, token.start, token.end);
          return { id: token.id, start, end };
        });
      }),
    decode: (ids, skip) => {
      const tokens = tokensOf(ids, skip);
      return whole ? whole(tokens).join('') : tokens.join(' ');
    },
    show: (id) => {
      const tokens = tokensOf([id], false);
      return (middle ? middle(tokens) : tokens).join('');
    },
  };
}
