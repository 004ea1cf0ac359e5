// The tokenizer inside a GGUF file as the two objects that Hugging Face's tokenizer reads: byte-level BPE with merges, the
// pre-tokenizer that `tokenizer.ggml.pre` names, special tokens, chat template. Source: llama.cpp src/llama-vocab.cpp (names
// and expressions of the pre-tokenizers), transformers 5.24 integrations/ggml.py.
import type { Gguf, MetadataValue } from '../../ground/formats/gguf/types.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { ggufMetadata, ggufNoTokenizer, ggufOtherTokenizer, ggufPreTokenizer } from '../modelErrors.ts';
import type { TokenizerFiles } from '../modelFiles.ts';
import { byteLevel, CONTROL, NORMAL, preTokenizers, USER_DEFINED } from './preTokenizers.ts';

/** Throws UserError 'gguf-…' naming the key that is missing or not understood. */
export function ggufTokenizer(file: string, gguf: Gguf): TokenizerFiles {
  const get = (key: string): MetadataValue | undefined => gguf.metadata.get(`tokenizer.${key}`);
  const texts = (key: string): string[] => {
    const value = get(key);
    if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
      throw ggufNoTokenizer({
        file,
        found: text(
          `'tokenizer.${key}' should be a list of texts, got ${value === undefined ? 'nothing' : typeof value}`,
          `'tokenizer.${key}' 应为文本列表，${value === undefined ? '但没有给出' : `得到 ${typeof value}`}`,
        ),
      });
    return value;
  };
  const model = get('ggml.model');
  if (model !== 'gpt2')
    throw ggufOtherTokenizer({
      file,
      found: text(
        `its tokenizer is ${quote(model)}; byte-level BPE ('gpt2') can be read`,
        `分词器是 ${quote(model)}；只能读取字节级 BPE（'gpt2'）`,
      ),
    });
  const pre = get('ggml.pre') ?? 'gpt-2';
  const preTokenizer = typeof pre === 'string' ? preTokenizers.get(pre) : undefined;
  if (!preTokenizer)
    throw ggufPreTokenizer({
      file,
      found: text(
        `its pre-tokenizer ${quote(pre)} is not known; known are ${[...preTokenizers.keys()].join(', ')}`,
        `预分词器 ${quote(pre)} 未知；已知的有 ${[...preTokenizers.keys()].join('、')}`,
      ),
    });
  const tokens = texts('ggml.tokens');
  const merges = texts('ggml.merges');
  const types = get('ggml.token_type') ?? tokens.map(() => NORMAL);
  if (!Array.isArray(types) || types.length !== tokens.length || !types.every(Number.isInteger))
    throw ggufNoTokenizer({
      file,
      found: text(
        `'tokenizer.ggml.token_type' should be a list of ${tokens.length} numbers`,
        `'tokenizer.ggml.token_type' 应为 ${tokens.length} 个数的列表`,
      ),
    });
  const typeOf = (id: number): unknown => types[id];
  const added = tokens.flatMap((content, id) => {
    const kind = typeOf(id);
    if (kind !== CONTROL && kind !== USER_DEFINED) return [];
    const special = kind === CONTROL;
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
  const token = (key: string): string | null => {
    const id = get(`ggml.${key}_token_id`);
    return typeof id === 'number' ? (tokens[id] ?? null) : null;
  };
  if (token('eos') === null)
    throw ggufMetadata({
      file,
      found: text("'tokenizer.ggml.eos_token_id' is missing", "缺少 'tokenizer.ggml.eos_token_id'"),
    });
  const bos = token('bos');
  const addsBos = get('ggml.add_bos_token') === true && bos !== null;
  const template = get('chat_template');
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: preTokenizer,
      post_processor: addsBos
        ? {
            type: 'TemplateProcessing',
            single: [{ SpecialToken: { id: bos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
            pair: [],
            special_tokens: { [bos]: { id: bos, ids: [tokens.indexOf(bos)], tokens: [bos] } },
          }
        : null,
      decoder: byteLevel(true),
      model: {
        type: 'BPE',
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: '',
        end_of_word_suffix: '',
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: pre === 'llama-bpe',
        vocab: Object.fromEntries(tokens.map((content, id) => [content, id])),
        merges,
      },
    },
    tokenizerConfig: {
      bos_token: bos,
      eos_token: token('eos'),
      pad_token: token('padding'),
      ...(typeof template === 'string' ? { chat_template: template } : {}),
    },
  };
}
