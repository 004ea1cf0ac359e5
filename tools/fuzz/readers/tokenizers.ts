// The readers of a model's small files: tokenizer.json, the chat template, config.json.
import { Tokenizer } from '../../../src/engine/data/tokenizer.ts';
import { recordOf } from '../../../src/engine/ground/isRecord.ts';
import { readJson } from '../../../src/engine/ground/strictJson.ts';
import { parseConfig } from '../../../src/engine/models/families.ts';
import type { Reader } from '../reader.ts';
import { asJson, asText, textOf } from '../reader.ts';

const eos = '<|end|>';
const letters = [...'abcdefghijklmnopqrstuvwxyzĠ'];
const joins = ['he', 'll', 'Ġy', 'ou', 'hell'];
export const smallVocabulary = {
  eos,
  tokens: [eos, ...letters, ...joins],
  merges: ['h e', 'l l', 'Ġ y', 'o u', 'he ll'],
};

const vocab = Object.fromEntries(smallVocabulary.tokens.map((token, id) => [token, id]));
const added = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
export const tokenizerJson = {
  version: '1.0',
  truncation: null,
  padding: null,
  added_tokens: [{ id: 0, content: eos, ...added }],
  normalizer: {
    type: 'Sequence',
    normalizers: [{ type: 'NFC' }, { type: 'Replace', pattern: { String: ' a' }, content: 'a' }],
  },
  pre_tokenizer: {
    type: 'Sequence',
    pretokenizers: [
      { type: 'Split', pattern: { Regex: '\\p{N}' }, behavior: 'Isolated', invert: false },
      { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
    ],
  },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: eos, type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [],
    special_tokens: { [eos]: { id: eos, ids: [0], tokens: [eos] } },
  },
  decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
  model: {
    type: 'BPE',
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: '',
    end_of_word_suffix: '',
    fuse_unk: false,
    byte_fallback: false,
    ignore_merges: false,
    vocab,
    merges: smallVocabulary.merges,
  },
};
export const tokenizerConfig = { eos_token: eos, pad_token: eos };

/** Another kind: unigram with sentencepiece's marks, a table of normalizations without entries, bytes. */
const pieces = ['<unk>', eos, '▁', ...letters, '▁he', 'll', '▁you', '<0x31>', '<0x32>'];
const unigramJson = {
  ...tokenizerJson,
  added_tokens: [{ id: 1, content: eos, ...added }],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Precompiled', precompiled_charsmap: 'AAAAAAA=' },
      { type: 'Strip', strip_left: false, strip_right: true },
    ],
  },
  pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true },
  post_processor: null,
  decoder: {
    type: 'Sequence',
    decoders: [{ type: 'ByteFallback' }, { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' }],
  },
  model: {
    type: 'Unigram',
    unk_id: 0,
    byte_fallback: true,
    vocab: pieces.map((piece, i) => [piece, -i / 4]),
  },
};

const templates = [
  "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content }}{% if not loop.last %}\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}",
  "{%- set ns = namespace(x=1) -%}{% macro f(a, b=2) %}{{ a ~ b }}{% endmacro %}{% for m in messages %}{% if m['role'] == 'assistant' %}{% generation %}{{ m.content | trim }}{% endgeneration %}{% else %}{{ f(m.content) }}{{ ns.x }}{% endif %}{% endfor %}",
  "{{ messages | map(attribute='content') | join(', ') | upper }}{% if messages[0].role != 'user' %}{{ raise_exception('user first') }}{% endif %}",
];

const messages = [
  { role: 'user', content: 'hello you' },
  { role: 'assistant', content: 'he' },
];

export const modelReaders: readonly Reader[] = [
  {
    name: 'tokenizer.json',
    corpus: [tokenizerJson, unigramJson].map((tokenizer) =>
      JSON.stringify({ tokenizer, config: tokenizerConfig }),
    ),
    mutate: asJson,
    read: (input) => {
      const { tokenizer: json, config } = recordOf(readJson(textOf(input), { anyKey: true }).value);
      const tokenizer = new Tokenizer(json, config);
      const ids = tokenizer.encode('hello you 12', true);
      return { ids, text: tokenizer.decode(ids), placed: tokenizer.encodePlaced('hello you 12') };
    },
  },
  {
    name: 'chat template',
    corpus: templates,
    mutate: asText,
    read: (input) => {
      const config = { ...tokenizerConfig, chat_template: textOf(input) };
      return new Tokenizer(tokenizerJson, config).render(messages, true);
    },
  },
  {
    name: 'config.json',
    corpus: [
      JSON.stringify({
        model_type: 'llama',
        hidden_size: 8,
        num_attention_heads: 2,
        num_key_value_heads: 2,
        head_dim: 4,
        intermediate_size: 8,
        num_hidden_layers: 1,
        vocab_size: 30,
        rope_parameters: { rope_theta: 10_000, rope_type: 'default' },
        rms_norm_eps: 1e-5,
        max_position_embeddings: 32,
        tie_word_embeddings: true,
      }),
    ],
    mutate: asJson,
    read: (input) => {
      return parseConfig(readJson(textOf(input)).value);
    },
    forbids: (_, value) => {
      const odd = Object.entries(Object(value)).find(
        ([name, one]) =>
          typeof one === 'number' &&
          !(/rope|Eps/.test(name) ? one > 0 : Number.isSafeInteger(one) && one > 0 && one < 2 ** 31 - 1),
      );
      return odd ? `${odd[0]} that is no size` : null;
    },
  },
];
