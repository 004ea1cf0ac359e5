// The tokenizer inside a GGUF file as the two objects that Hugging Face's tokenizer reads: byte-level BPE with the pre-tokenizer that
// `tokenizer.ggml.pre` names, or sentencepiece's BPE or unigram; special tokens, chat template. Source: llama.cpp src/llama-vocab.cpp (what
// each key says and what is so without it), transformers 5.24 integrations/ggml.py.
import type { Gguf, MetadataValue } from '../../ground/formats/gguf/types.ts';
import { quote } from '../../ground/quote.ts';
import { text } from '../../ground/text.ts';
import { ggufMetadata, ggufNoTokenizer, ggufOtherTokenizer, ggufPreTokenizer } from '../modelErrors.ts';
import type { TokenizerFiles } from '../modelFiles.ts';
import { byteLevel, CONTROL, NORMAL, preTokenizers, UNKNOWN, USER_DEFINED } from './preTokenizers.ts';
import type { Parts, Pieces } from './sentencepiece.ts';
import { bpeParts, unigramParts } from './sentencepiece.ts';

/** What the keys of a file say. */
class Keys {
  readonly file: string;
  readonly gguf: Gguf;

  constructor(file: string, gguf: Gguf) {
    this.file = file;
    this.gguf = gguf;
  }

  get(key: string): MetadataValue | undefined {
    return this.gguf.metadata.get(`tokenizer.${key}`);
  }

  flag(key: string, otherwise: boolean): boolean {
    const value = this.get(key);
    return typeof value === 'boolean' ? value : otherwise;
  }

  texts(key: string): string[] {
    const value = this.get(key);
    if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
    throw ggufNoTokenizer({
      file: this.file,
      found: text(
        `'tokenizer.${key}' should be a list of texts, got ${value === undefined ? 'nothing' : typeof value}`,
        `'tokenizer.${key}' 应为文本列表，${value === undefined ? '但没有给出' : `得到 ${typeof value}`}`,
      ),
    });
  }

  /** A number for each token; `otherwise` where the key is not there. */
  numbers(key: string, count: number, otherwise: number | null): number[] {
    const value = this.get(key);
    if (value === undefined && otherwise !== null) return Array.from({ length: count }, () => otherwise);
    if (Array.isArray(value) && value.length === count && value.every((item) => typeof item === 'number'))
      return value;
    throw ggufNoTokenizer({
      file: this.file,
      found: text(
        `'tokenizer.${key}' should be a list of ${count} numbers`,
        `'tokenizer.${key}' 应为 ${count} 个数的列表`,
      ),
    });
  }
}

/** Of which model the vocabulary is, and what the file says only by that. */
interface Kind extends Parts {
  readonly preTokenizer: object | null;
  /** Whether a first or a last token is put around texts where the file doesn't say. */
  readonly adds: { readonly bos: boolean; readonly eos: boolean };
}

function byteLevelKind(keys: Keys, tokens: readonly string[]): Kind {
  const pre = keys.get('ggml.pre') ?? 'gpt-2';
  const named = typeof pre === 'string' ? preTokenizers.get(pre) : undefined;
  if (!named)
    throw ggufPreTokenizer({
      file: keys.file,
      found: text(
        `its pre-tokenizer ${quote(pre)} is not known; known are ${[...preTokenizers.keys()].join(', ')}`,
        `预分词器 ${quote(pre)} 未知；已知的有 ${[...preTokenizers.keys()].join('、')}`,
      ),
    });
  return {
    preTokenizer: named.rule,
    normalizer: named.normalizer ?? null,
    decoder: byteLevel(true),
    adds: { bos: named.begins ?? false, eos: false },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: '',
      end_of_word_suffix: '',
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: named.wholeWords ?? false,
      vocab: Object.fromEntries(tokens.map((content, id) => [content, id])),
      merges: keys.texts('ggml.merges'),
    },
  };
}

/** Bytes, which files write signed or not, in base64; null where there are none. */
function charsmapOf(keys: Keys): string | null {
  const value = keys.get('ggml.precompiled_charsmap');
  if (!Array.isArray(value)) return null;
  return btoa(value.map((byte) => String.fromCharCode(Number(byte) & 0xff)).join(''));
}

function kindOf(keys: Keys, tokens: readonly string[], types: readonly number[]): Kind {
  const model = keys.get('ggml.model');
  if (model === 'gpt2') return byteLevelKind(keys, tokens);
  if (model !== 'llama' && model !== 't5')
    throw ggufOtherTokenizer({
      file: keys.file,
      found: text(
        `its tokenizer is ${quote(model)}; byte-level BPE ('gpt2') and sentencepiece ('llama', 't5') can be read`,
        `分词器是 ${quote(model)}；可以读取字节级 BPE（'gpt2'）与 sentencepiece（'llama'、't5'）`,
      ),
    });
  const unknown = types.indexOf(UNKNOWN);
  const pieces: Pieces = {
    tokens,
    types,
    scores: keys.numbers('ggml.scores', tokens.length, null),
    prefix: keys.flag('ggml.add_space_prefix', true),
    unknown: unknown < 0 ? null : unknown,
  };
  if (model === 'llama') return { ...bpeParts(pieces), preTokenizer: null, adds: { bos: true, eos: false } };
  const trims = keys.flag('ggml.remove_extra_whitespaces', true);
  return {
    ...unigramParts(pieces, charsmapOf(keys), trims),
    preTokenizer: null,
    adds: { bos: false, eos: true },
  };
}

/** Phi-3's own file lets most of its special tokens take the white space after them, which GGUF has no key for. */
const takesSpace = (gguf: Gguf, content: string): boolean =>
  gguf.metadata.get('general.architecture') === 'phi3' &&
  gguf.metadata.get('tokenizer.ggml.model') === 'llama' &&
  !['<unk>', '<s>', '<|endoftext|>'].includes(content);

/** Ends of a turn by their text, which older files have no key for. */
const TURN_ENDS = ['<|eot_id|>', '<|im_end|>', '<|end|>', '<end_of_turn>'];

/** Ids that end an answer: the end of a text, and of a turn, which chats of some models end with instead. */
export function ggufStopIds({ metadata }: Gguf, eosId: number): ReadonlySet<number> {
  const get = (key: string): MetadataValue | undefined => metadata.get(`tokenizer.ggml.${key}`);
  const said = ['eot_token_id', 'eom_token_id'].map(get).filter((id) => typeof id === 'number');
  const [tokens, types] = [get('tokens'), get('token_type')];
  const known = TURN_ENDS.flatMap((end) => {
    const id = Array.isArray(tokens) ? tokens.indexOf(end) : -1;
    return id >= 0 && Array.isArray(types) && types[id] === CONTROL ? [id] : [];
  });
  return new Set([eosId, ...said, ...known]);
}

/** Throws UserError 'gguf-…' naming the key that is missing or not understood. */
export function ggufTokenizer(file: string, gguf: Gguf): TokenizerFiles {
  const keys = new Keys(file, gguf);
  const tokens = keys.texts('ggml.tokens');
  const types = keys.numbers('ggml.token_type', tokens.length, NORMAL);
  const { preTokenizer, normalizer, decoder, model, adds } = kindOf(keys, tokens, types);
  const added = tokens.flatMap((content, id) => {
    const kind = types[id] ?? NORMAL;
    if (![CONTROL, USER_DEFINED, UNKNOWN].includes(kind)) return [];
    const special = kind !== USER_DEFINED;
    const rstrip = special && takesSpace(gguf, content);
    return [{ id, content, single_word: false, lstrip: false, rstrip, normalized: false, special }];
  });
  const token = (key: string): string | null => {
    const id = keys.get(`ggml.${key}_token_id`);
    return typeof id === 'number' ? (tokens[id] ?? null) : null;
  };
  const [bos, eos] = [token('bos'), token('eos')];
  if (eos === null)
    throw ggufMetadata({
      file,
      found: text("'tokenizer.ggml.eos_token_id' is missing", "缺少 'tokenizer.ggml.eos_token_id'"),
    });
  const before = bos !== null && keys.flag('ggml.add_bos_token', adds.bos) ? [bos] : [];
  const after = keys.flag('ggml.add_eos_token', adds.eos) ? [eos] : [];
  const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const template = keys.get('chat_template');
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer,
      pre_tokenizer: preTokenizer,
      post_processor:
        before.length + after.length === 0
          ? null
          : {
              type: 'TemplateProcessing',
              single: [...before.map(special), { Sequence: { id: 'A', type_id: 0 } }, ...after.map(special)],
              pair: [],
              special_tokens: Object.fromEntries(
                [...before, ...after].map((id) => [id, { id, ids: [tokens.indexOf(id)], tokens: [id] }]),
              ),
            },
      decoder,
      model,
    },
    tokenizerConfig: {
      bos_token: bos,
      eos_token: eos,
      pad_token: token('padding'),
      ...(typeof template === 'string' ? { chat_template: template } : {}),
    },
  };
}
