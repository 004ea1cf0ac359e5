// A sentencepiece vocabulary of a GGUF file (tokens, scores, types) as the parts of a tokenizer.json: BPE, where the best-scored joined piece is
// merged first, and unigram. Source: llama.cpp src/llama-vocab.cpp (llm_tokenizer_spm, llm_tokenizer_ugm), sentencepiece bpe_model.cc.
import { BYTE, CONTROL, UNKNOWN, UNUSED } from './preTokenizers.ts';

/** sentencepiece's mark of a space. */
const MARK = '▁';

export interface Pieces {
  readonly tokens: readonly string[];
  readonly scores: readonly number[];
  readonly types: readonly number[];
  /** tokenizer.ggml.add_space_prefix. */
  readonly prefix: boolean;
  readonly unknown: number | null;
}

export interface Parts {
  readonly normalizer: object | null;
  readonly decoder: object;
  readonly model: object;
}

const replace = (from: string, to: string) => ({ type: 'Replace', pattern: { String: from }, content: to });
const marked = (prefix: boolean): readonly object[] => [
  ...(prefix ? [{ type: 'Prepend', prepend: MARK }] : []),
  replace(' ', MARK),
];
const decoder = (prefix: boolean) => ({
  type: 'Sequence',
  decoders: [
    replace(MARK, ' '),
    { type: 'ByteFallback' },
    { type: 'Fuse' },
    ...(prefix ? [{ type: 'Strip', content: ' ', start: 1, stop: 0 }] : []),
  ],
});

/** Every pair of pieces that joins to a piece, the best-scored first; of equal scores the earlier token. */
function mergesOf({ tokens, scores, types }: Pieces): [string, string][] {
  const plain = (id: number): boolean => ![UNKNOWN, CONTROL, UNUSED, BYTE].includes(types[id] ?? 0);
  const known = new Set(tokens.filter((_, id) => plain(id)));
  const order = tokens
    .map((_, id) => id)
    .filter(plain)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b);
  return order.flatMap((id) => {
    const token = tokens[id] ?? '';
    const pairs: [string, string][] = [];
    let at = 0;
    for (const character of token) {
      const [left, right] = [token.slice(0, at), token.slice(at)];
      if (at > 0 && known.has(left) && known.has(right)) pairs.push([left, right]);
      at += character.length;
    }
    return pairs;
  });
}

export function bpeParts(pieces: Pieces): Parts {
  const { tokens, types, prefix, unknown } = pieces;
  return {
    normalizer: { type: 'Sequence', normalizers: marked(prefix) },
    decoder: decoder(prefix),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: unknown === null ? null : (tokens[unknown] ?? null),
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: types.includes(BYTE),
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: mergesOf(pieces),
    },
  };
}

/** `charsmap`: sentencepiece's table of normalizations; `trims`: white space at the ends falls away, runs become one. */
export function unigramParts(pieces: Pieces, charsmap: string | null, trims: boolean): Parts {
  const { tokens, scores, types, prefix, unknown } = pieces;
  const regex = (Regex: string, content: string) => ({ type: 'Replace', pattern: { Regex }, content });
  return {
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Precompiled', precompiled_charsmap: charsmap },
        ...(trims ? [regex('\\A +| +\\z', ''), regex(' {2,}', ' ')] : []),
        ...marked(prefix),
      ],
    },
    decoder: decoder(prefix),
    model: {
      type: 'Unigram',
      unk_id: unknown,
      vocab: tokens.map((token, id) => [token, scores[id] ?? 0]),
      byte_fallback: types.includes(BYTE),
    },
  };
}
