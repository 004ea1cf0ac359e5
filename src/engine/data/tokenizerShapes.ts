// tokenizer.json as it is read here: byte-level BPE, with the normalizers, splits, processors and decoders that such models have, each with its
// fields and no other. What is consistent with what (a merge with the vocabulary) tokenizer.ts asks.
import { quote } from '../ground/quote.ts';
import type { Check } from '../ground/shapes.ts';
import {
  boolean,
  either,
  list,
  nullable,
  number,
  optional,
  pair,
  record,
  shape,
  string,
  tagged,
  whole,
} from '../ground/shapes.ts';
import { same } from '../ground/text.ts';

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

type Pattern = { readonly Regex: string } | { readonly String: string };
const pattern: Check<Pattern> = either(
  shape<{ readonly Regex: string }>({ Regex: string }),
  shape<{ readonly String: string }>({ String: string }),
);
const nothing = shape<object>({});

type Of<Name extends string, Fields = object> = { readonly type: Name } & Fields;
type Replace = { readonly pattern: Pattern; readonly content: string };
const replace = shape<Replace>({ pattern, content: string });
type Strip = { readonly strip_left: boolean; readonly strip_right: boolean };

type Normalizer =
  | Of<'Sequence', { readonly normalizers: readonly Normalizer[] }>
  | Of<'NFC'>
  | Of<'NFD'>
  | Of<'NFKC'>
  | Of<'NFKD'>
  | Of<'Lowercase'>
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
  Replace: replace,
  Prepend: shape<{ readonly prepend: string }>({ prepend: string }),
  Strip: shape<Strip>({ strip_left: boolean, strip_right: boolean }),
});

interface Split {
  readonly pattern: Pattern;
  readonly behavior: string;
  readonly invert: boolean;
}
export type PreTokenizer =
  | Of<'Sequence', { readonly pretokenizers: readonly PreTokenizer[] }>
  | Of<'ByteLevel', ByteLevel>
  | Of<'Split', Split>
  | Of<'Digits', { readonly individual_digits: boolean }>;
const preTokenizer: Check<PreTokenizer> = tagged<PreTokenizer>({
  Sequence: shape<{ readonly pretokenizers: readonly PreTokenizer[] }>({
    pretokenizers: list((one) => preTokenizer(one)),
  }),
  ByteLevel: byteLevel,
  Split: shape<Split>({ pattern, behavior: string, invert: boolean }),
  Digits: shape<{ readonly individual_digits: boolean }>({ individual_digits: boolean }),
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
type PostProcessor =
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

interface Bpe {
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

export interface TokenizerJson {
  readonly version?: string;
  readonly truncation?: null;
  readonly padding?: null;
  readonly added_tokens: readonly AddedToken[];
  readonly normalizer: Normalizer | null;
  readonly pre_tokenizer: PreTokenizer;
  readonly post_processor: PostProcessor | null;
  readonly decoder: Of<'ByteLevel', ByteLevel>;
  readonly model: Bpe;
}

const never: Check<null> = (value) =>
  value === null ? null : { at: '', expected: same('null'), got: quote(value) };

export const tokenizerJson: Check<TokenizerJson> = shape<TokenizerJson>({
  version: optional(string),
  truncation: optional(never),
  padding: optional(never),
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
  pre_tokenizer: preTokenizer,
  post_processor: nullable(postProcessor),
  decoder: tagged<Of<'ByteLevel', ByteLevel>>({ ByteLevel: byteLevel }),
  model: tagged<Bpe>({
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
  }),
});
