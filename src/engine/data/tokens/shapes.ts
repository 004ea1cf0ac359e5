// tokenizer.json as it is read here: BPE and unigram models, with the normalizers, splits, processors and decoders that models of causal
// language have, each with its fields and no other. What is consistent with what (a merge with the vocabulary) the models ask.
import type { Check } from '../../ground/shapes.ts';
import {
  anything,
  boolean,
  either,
  list,
  nullable,
  number,
  oneOf,
  optional,
  pair,
  record,
  shape,
  string,
  tagged,
  whole,
} from '../../ground/shapes.ts';

const id = whole(0, 2 ** 24);

interface ByteLevel {
  readonly add_prefix_space?: boolean;
  readonly trim_offsets?: boolean;
  readonly use_regex?: boolean;
}
const byteLevel = shape<ByteLevel>({
  add_prefix_space: optional(boolean),
  trim_offsets: optional(boolean),
  use_regex: optional(boolean),
});

export type Pattern = { readonly Regex: string } | { readonly String: string };
const pattern: Check<Pattern> = either(
  shape<{ readonly Regex: string }>({ Regex: string }),
  shape<{ readonly String: string }>({ String: string }),
);
const nothing = shape<object>({});

type Of<Name extends string, Fields = object> = { readonly type: Name } & Fields;
type Replace = { readonly pattern: Pattern; readonly content: string };
const replace = shape<Replace>({ pattern, content: string });
type Precompiled = { readonly precompiled_charsmap: string | null };
type Strip = { readonly strip_left: boolean; readonly strip_right: boolean };

export type Normalizer =
  | Of<'Sequence', { readonly normalizers: readonly Normalizer[] }>
  | Of<'NFC'>
  | Of<'NFD'>
  | Of<'NFKC'>
  | Of<'NFKD'>
  | Of<'Lowercase'>
  | Of<'StripAccents'>
  | Of<'Precompiled', Precompiled>
  | Of<'Replace', Replace>
  | Of<'Prepend', { readonly prepend: string }>
  | Of<'Strip', Strip>;
const normalizer: Check<Normalizer> = tagged<Normalizer>({
  Sequence: shape<{ readonly normalizers: readonly Normalizer[] }>({
    normalizers: list((one) => normalizer(one)),
  }),
  NFC: nothing,
  NFD: nothing,
  NFKC: nothing,
  NFKD: nothing,
  Lowercase: nothing,
  StripAccents: nothing,
  Precompiled: shape<Precompiled>({ precompiled_charsmap: nullable(string) }),
  Replace: replace,
  Prepend: shape<{ readonly prepend: string }>({ prepend: string }),
  Strip: shape<Strip>({ strip_left: boolean, strip_right: boolean }),
});

const behavior = oneOf('Removed', 'Isolated', 'MergedWithPrevious', 'MergedWithNext', 'Contiguous');
type Behavior = typeof behavior extends Check<infer T> ? T : never;
export interface Split {
  readonly pattern: Pattern;
  readonly behavior: Behavior;
  readonly invert: boolean;
}
export interface Metaspace {
  readonly replacement: string;
  readonly prepend_scheme?: 'always' | 'first' | 'never';
  /** Of older files, in place of the scheme. */
  readonly add_prefix_space?: boolean;
  readonly str_rep?: string;
  readonly split?: boolean;
}
const metaspace = shape<Metaspace>({
  replacement: string,
  prepend_scheme: optional(oneOf('always', 'first', 'never')),
  add_prefix_space: optional(boolean),
  str_rep: optional(string),
  split: optional(boolean),
});
export type PreTokenizer =
  | Of<'Sequence', { readonly pretokenizers: readonly PreTokenizer[] }>
  | Of<'ByteLevel', ByteLevel>
  | Of<'Metaspace', Metaspace>
  | Of<'Split', Split>
  | Of<'Digits', { readonly individual_digits: boolean }>
  | Of<'Punctuation', { readonly behavior?: Behavior }>
  | Of<'Whitespace'>
  | Of<'WhitespaceSplit'>;
const preTokenizer: Check<PreTokenizer> = tagged<PreTokenizer>({
  Sequence: shape<{ readonly pretokenizers: readonly PreTokenizer[] }>({
    pretokenizers: list((one) => preTokenizer(one)),
  }),
  ByteLevel: byteLevel,
  Metaspace: metaspace,
  Split: shape<Split>({ pattern, behavior, invert: boolean }),
  Digits: shape<{ readonly individual_digits: boolean }>({ individual_digits: boolean }),
  Punctuation: shape<{ readonly behavior?: Behavior }>({ behavior: optional(behavior) }),
  Whitespace: nothing,
  WhitespaceSplit: nothing,
});

interface Place {
  readonly id: string;
  readonly type_id: number;
}
const place = shape<Place>({ id: string, type_id: number });
type Piece = { readonly SpecialToken: Place } | { readonly Sequence: Place };
const piece: Check<Piece> = either(
  shape<{ readonly SpecialToken: Place }>({ SpecialToken: place }),
  shape<{ readonly Sequence: Place }>({ Sequence: place }),
);
interface SpecialToken {
  readonly id: string;
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
}
interface Template {
  readonly single: readonly Piece[];
  readonly pair: readonly Piece[];
  readonly special_tokens: Readonly<Record<string, SpecialToken>>;
}
export type PostProcessor =
  | Of<'Sequence', { readonly processors: readonly PostProcessor[] }>
  | Of<'ByteLevel', ByteLevel>
  | Of<'TemplateProcessing', Template>;
const postProcessor: Check<PostProcessor> = tagged<PostProcessor>({
  Sequence: shape<{ readonly processors: readonly PostProcessor[] }>({
    processors: list((one) => postProcessor(one)),
  }),
  ByteLevel: byteLevel,
  TemplateProcessing: shape<Template>({
    single: list(piece),
    pair: list(piece),
    special_tokens: record(shape<SpecialToken>({ id: string, ids: list(id), tokens: list(string) })),
  }),
});

export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
  readonly special?: boolean;
}

export interface Bpe {
  readonly type: 'BPE';
  readonly dropout?: number | null;
  readonly unk_token?: string | null;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly fuse_unk?: boolean;
  readonly byte_fallback?: boolean;
  readonly ignore_merges?: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (string | readonly [string, string])[];
}

export interface Unigram {
  readonly type: 'Unigram';
  readonly unk_id?: number | null;
  readonly vocab: readonly (readonly [token: string, score: number])[];
  readonly byte_fallback?: boolean;
}

type Strips = { readonly content: string; readonly start: number; readonly stop: number };
export type Decoder =
  | Of<'Sequence', { readonly decoders: readonly Decoder[] }>
  | Of<'ByteLevel', ByteLevel>
  | Of<'ByteFallback'>
  | Of<'Fuse'>
  | Of<'Replace', Replace>
  | Of<'Strip', Strips>
  | Of<'Metaspace', Metaspace>;
const decoder: Check<Decoder> = tagged<Decoder>({
  Sequence: shape<{ readonly decoders: readonly Decoder[] }>({ decoders: list((one) => decoder(one)) }),
  ByteLevel: byteLevel,
  ByteFallback: nothing,
  Fuse: nothing,
  Replace: replace,
  Strip: shape<Strips>({ content: string, start: whole(0, 100), stop: whole(0, 100) }),
  Metaspace: metaspace,
});

export interface TokenizerJson {
  readonly version?: string;
  /** What the tokenizer cuts and fills by itself: transformers sets both for every call. */
  readonly truncation?: unknown;
  readonly padding?: unknown;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Normalizer | null;
  readonly pre_tokenizer: PreTokenizer | null;
  readonly post_processor: PostProcessor | null;
  readonly decoder: Decoder | null;
  readonly model: Bpe | Unigram;
}

export const tokenizerJson: Check<TokenizerJson> = shape<TokenizerJson>({
  version: optional(string),
  truncation: optional(anything),
  padding: optional(anything),
  added_tokens: list(
    shape<AddedToken>({
      id,
      content: string,
      single_word: optional(boolean),
      lstrip: optional(boolean),
      rstrip: optional(boolean),
      normalized: optional(boolean),
      special: optional(boolean),
    }),
  ),
  normalizer: nullable(normalizer),
  pre_tokenizer: nullable(preTokenizer),
  post_processor: nullable(postProcessor),
  decoder: nullable(decoder),
  model: tagged<Bpe | Unigram>({
    BPE: shape<Omit<Bpe, 'type'>>({
      dropout: optional(nullable(number)),
      unk_token: optional(nullable(string)),
      continuing_subword_prefix: optional(nullable(string)),
      end_of_word_suffix: optional(nullable(string)),
      fuse_unk: optional(boolean),
      byte_fallback: optional(boolean),
      ignore_merges: optional(boolean),
      vocab: record(id),
      merges: list(either(string, pair(string, string))),
    }),
    Unigram: shape<Omit<Unigram, 'type'>>({
      unk_id: optional(nullable(id)),
      vocab: list(pair(string, number)),
      byte_fallback: optional(boolean),
    }),
  }),
});
