// A BPE tokenizer as the metadata of a GGUF file: the reverse of ggufTokenizer.ts. Leaves out unigram models, which no family here has. Source:
// llama.cpp src/llama-vocab.cpp, gguf-py constants.py.
import type { Entry } from '../../ground/formats/gguf/writer.ts';
import { types } from '../../ground/formats/gguf/writer.ts';
import { recordOf } from '../../ground/isRecord.ts';
import { unnamedSplit } from '../modelErrors.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { BYTE, CONTROL, NORMAL, preTokenizerName, UNKNOWN, UNUSED, USER_DEFINED } from './preTokenizers.ts';

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly kinds: readonly number[];
}

function vocabularyOf(model: Record<string, unknown>, added: unknown, size: number): Vocabulary {
  const tokens = new Map<number, string>();
  const kinds = new Map<number, number>();
  for (const [token, id] of Object.entries(recordOf(model.vocab))) {
    tokens.set(Number(id), token);
    if (model.byte_fallback === true && /^<0x[0-9A-F]{2}>$/.test(token)) kinds.set(Number(id), BYTE);
  }
  for (const entry of listOf(added)) {
    const { id, content, special } = recordOf(entry);
    tokens.set(Number(id), String(content));
    kinds.set(Number(id), content === model.unk_token ? UNKNOWN : special === true ? CONTROL : USER_DEFINED);
  }
  const ids = Array.from({ length: size }, (_, id) => id);
  return {
    tokens: ids.map((id) => tokens.get(id) ?? `[PAD${id}]`),
    kinds: ids.map((id) => kinds.get(id) ?? (tokens.has(id) ? NORMAL : UNUSED)),
  };
}

/** Both sides of a merge. */
function sidesOf(merge: unknown): readonly [left: string, right: string] {
  if (Array.isArray(merge)) return [String(merge[0]), String(merge[1])];
  const words = String(merge);
  const at = words.indexOf(' ', 1);
  return [words.slice(0, at), words.slice(at + 1)];
}

/** Each token as good as the first merge that makes it is early. */
function scoresOf(merges: readonly unknown[], tokens: readonly string[]): number[] {
  const rank = new Map<string, number>();
  for (const merge of merges) {
    const joined = sidesOf(merge).join('');
    if (!rank.has(joined)) rank.set(joined, rank.size + 1);
  }
  return tokens.map((token) => -(rank.get(token) ?? 0));
}

/** Every step of a sequence, or the one. */
const stepsOf = (value: unknown, inside: string): Record<string, unknown>[] => {
  const own = recordOf(value);
  return own.type === 'Sequence' ? listOf(own[inside]).flatMap((one) => stepsOf(one, inside)) : [own];
};

/** Whether the tokenizer is sentencepiece's, and whether a text then begins with its mark of a space; null: it is not. */
function markedBy(normalizer: unknown, preTokenizer: unknown): { readonly prefix: boolean } | null {
  const normalizers = stepsOf(normalizer, 'normalizers');
  const metaspace = stepsOf(preTokenizer, 'pretokenizers').find(({ type }) => type === 'Metaspace');
  if (metaspace) return { prefix: metaspace.prepend_scheme !== 'never' };
  if (!normalizers.some(({ type, content }) => type === 'Replace' && content === '▁')) return null;
  return { prefix: normalizers.some(({ type }) => type === 'Prepend') };
}

/** Throws UserError 'export-tokenizer' for splitting that has no name. */
export function tokenizerEntries(files: ModelFiles): Entry[] {
  const { tokenizerJson, tokenizerConfig } = files.tokenizerFiles;
  const { model, normalizer, pre_tokenizer, added_tokens } = recordOf(tokenizerJson);
  const bpe = recordOf(model);
  const merges = listOf(bpe.merges);
  const { tokens, kinds } = vocabularyOf(bpe, added_tokens, files.config.vocabSize);
  const { tokenizer } = files;
  const template = tokenizerConfig.chat_template;
  const marked = markedBy(normalizer, pre_tokenizer);
  const name = preTokenizerName(pre_tokenizer, bpe.ignore_merges === true);
  if (!Array.isArray(bpe.merges) || (!marked && name === undefined)) throw unnamedSplit({});
  const own: Entry[] = marked
    ? [
        ['tokenizer.ggml.model', types.string, 'llama'],
        ['tokenizer.ggml.pre', types.string, 'default'],
        ['tokenizer.ggml.scores', types.array, { of: types.f32, items: scoresOf(merges, tokens) }],
        ['tokenizer.ggml.add_space_prefix', types.bool, marked.prefix],
      ]
    : [
        ['tokenizer.ggml.model', types.string, 'gpt2'],
        ['tokenizer.ggml.pre', types.string, name ?? ''],
        [
          'tokenizer.ggml.merges',
          types.array,
          { of: types.string, items: merges.map((merge) => sidesOf(merge).join(' ')) },
        ],
      ];
  return [
    ...own,
    ['tokenizer.ggml.tokens', types.array, { of: types.string, items: tokens }],
    ['tokenizer.ggml.token_type', types.array, { of: types.i32, items: kinds }],
    ...(tokenizer.bosId === null
      ? []
      : [['tokenizer.ggml.bos_token_id', types.u32, tokenizer.bosId] as const]),
    ['tokenizer.ggml.eos_token_id', types.u32, tokenizer.eosId],
    ['tokenizer.ggml.padding_token_id', types.u32, tokenizer.padId],
    ['tokenizer.ggml.add_bos_token', types.bool, tokenizer.beginsTexts],
    ['tokenizer.ggml.add_eos_token', types.bool, tokenizer.endsTexts],
    // The generation marks are transformers' own; llama.cpp's templates do without.
    ...(typeof template === 'string'
      ? [
          [
            'tokenizer.chat_template',
            types.string,
            template.replaceAll(/\{%-? *(end)?generation *-?%\}/g, ''),
          ] as const,
        ]
      : []),
  ];
}
