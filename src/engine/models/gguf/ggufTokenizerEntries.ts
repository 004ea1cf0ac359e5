// A byte-level BPE tokenizer as the metadata of a GGUF file: the reverse of ggufTokenizer.ts. Source: llama.cpp src/llama-vocab.cpp,
// gguf-py constants.py.
import type { Entry } from '../../ground/formats/gguf/writer.ts';
import { types } from '../../ground/formats/gguf/writer.ts';
import { recordOf } from '../../ground/isRecord.ts';
import { unnamedSplit } from '../modelErrors.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { CONTROL, NORMAL, preTokenizers, USER_DEFINED } from './preTokenizers.ts';

const UNUSED = 5;

/** A value as JSON with its keys in order, so that equal objects are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, entry]) => `${key}:${canonical(entry)}`).join(',')}}`;
}

function preTokenizerName(preTokenizer: unknown): string {
  const own = canonical(preTokenizer);
  const found = [...preTokenizers].find(([, known]) => canonical(known) === own);
  if (found) return found[0];
  throw unnamedSplit({});
}

interface Vocabulary {
  readonly tokens: readonly string[];
  readonly kinds: readonly number[];
}

function vocabularyOf(model: Record<string, unknown>, added: unknown, size: number): Vocabulary {
  const tokens = new Map<number, string>();
  const kinds = new Map<number, number>();
  for (const [token, id] of Object.entries(recordOf(model.vocab))) tokens.set(Number(id), token);
  for (const entry of Array.isArray(added) ? added : []) {
    const { id, content, special } = recordOf(entry);
    tokens.set(Number(id), String(content));
    kinds.set(Number(id), special === true ? CONTROL : USER_DEFINED);
  }
  const ids = Array.from({ length: size }, (_, id) => id);
  return {
    tokens: ids.map((id) => tokens.get(id) ?? `[PAD${id}]`),
    kinds: ids.map((id) => kinds.get(id) ?? (tokens.has(id) ? NORMAL : UNUSED)),
  };
}

/** Throws UserError 'export-tokenizer' for splitting that has no name. */
export function tokenizerEntries(files: ModelFiles): Entry[] {
  const { tokenizerJson, tokenizerConfig } = files.tokenizerFiles;
  const { model, pre_tokenizer, added_tokens, post_processor } = recordOf(tokenizerJson);
  const bpe = recordOf(model);
  const { tokens, kinds } = vocabularyOf(bpe, added_tokens, files.config.vocabSize);
  const merges = (Array.isArray(bpe.merges) ? bpe.merges : []).map((merge: unknown) =>
    Array.isArray(merge) ? merge.join(' ') : String(merge),
  );
  const { tokenizer } = files;
  const template = tokenizerConfig.chat_template;
  return [
    ['tokenizer.ggml.model', types.string, 'gpt2'],
    ['tokenizer.ggml.pre', types.string, preTokenizerName(pre_tokenizer)],
    ['tokenizer.ggml.tokens', types.array, { of: types.string, items: tokens }],
    ['tokenizer.ggml.token_type', types.array, { of: types.i32, items: kinds }],
    ['tokenizer.ggml.merges', types.array, { of: types.string, items: merges }],
    ...(tokenizer.bosId === null
      ? []
      : [['tokenizer.ggml.bos_token_id', types.u32, tokenizer.bosId] as const]),
    ['tokenizer.ggml.eos_token_id', types.u32, tokenizer.eosId],
    ['tokenizer.ggml.padding_token_id', types.u32, tokenizer.padId],
    ['tokenizer.ggml.add_bos_token', types.bool, post_processor !== null && tokenizer.bosId !== null],
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
