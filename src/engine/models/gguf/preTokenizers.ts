// Pre-tokenizers by the names that GGUF files give them, as the models' own tokenizer.json spells them. Source: llama.cpp src/llama-vocab.cpp (names,
// which of them take a whole word before merges and begin with a first token), the published tokenizer.json of each (expressions).
// Leaves out names of models that no family here runs.

/** Byte-level splitting, with GPT-2's expression or without. */
export const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const split = (pattern: string) => ({
  type: 'Split',
  pattern: { Regex: pattern },
  behavior: 'Isolated',
  invert: false,
});
const splits = (...patterns: readonly string[]) => ({
  type: 'Sequence',
  pretokenizers: [...patterns.map(split), byteLevel(false)],
});

interface Named {
  readonly names: readonly string[];
  readonly rule: object;
  /** Other ways in which files say the same. */
  readonly also?: readonly object[];
  readonly wholeWords?: true;
  readonly begins?: true;
  readonly normalizer?: object;
}

const ENGLISH = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const words = (start: string, letters: string, digits: string, others: string): string =>
  `${start}|[^\\r\\n\\p{L}\\p{N}]?${letters}+|${digits}| ?[^\\s${others}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
const cased = (ending: string, digits: string): string => {
  const [upper, lower] = ['[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]', '[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]'];
  const word = (first: string, then: string): string =>
    `[^\\r\\n\\p{L}\\p{N}]?${upper}${first}${lower}${then}${ending}`;
  return `${word('*', '+')}|${word('+', '*')}|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
};
const HAN = '[一-龥぀-ゟ゠-ヿ]+';
const DEEPSEEK_WORDS =
  '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|\\s*[\r\n]+|\\s+(?!\\S)|\\s+';

const llama3 = splits(words(ENGLISH, '\\p{L}', '\\p{N}{1,3}', '\\p{L}\\p{N}'));
const qwen2 = splits(words(ENGLISH, '\\p{L}', '\\p{N}', '\\p{L}\\p{N}'));
const NFC = { type: 'NFC' };

const all: readonly Named[] = [
  {
    names: [
      'gpt-2',
      'phi-2',
      'mpt',
      'olmo',
      'jais',
      'exaone4',
      'mellum',
      'gigachat',
      'a.x-4.0',
      'trillion',
      'granite-docling',
    ],
    rule: byteLevel(true),
  },
  {
    names: ['smollm', 'starcoder', 'refact', 'command-r', 'codeshell', 'exaone', 'minerva-7b', 'mellum2'],
    // Every numeric character alone (fractions and other scripts' digits too), then GPT-2's expression.
    rule: { type: 'Sequence', pretokenizers: [split('\\p{N}'), byteLevel(true)] },
    also: [
      { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
    ],
  },
  {
    names: ['llama-bpe', 'llama3', 'llama-v3', 'falcon3', 'falcon-h1', 'pixtral', 'midm-2.0', 'lfm2'],
    rule: llama3,
    wholeWords: true,
    begins: true,
  },
  { names: ['dbrx', 'smaug-bpe', 'glm4', 'chatglm-bpe'], rule: llama3 },
  { names: ['qwen2'], rule: qwen2, normalizer: NFC },
  {
    names: ['deepseek-r1-qwen', 'kormo', 'megrez', 'stablelm2', 'hunyuan', 'solar-open', 'grok-2'],
    rule: qwen2,
  },
  {
    names: ['qwen35'],
    rule: splits(words(ENGLISH, '[\\p{L}\\p{M}]', '\\p{N}', '\\p{L}\\p{M}\\p{N}')),
    normalizer: NFC,
  },
  { names: ['tekken'], rule: splits(cased('', '\\p{N}')), wholeWords: true, begins: true },
  {
    names: ['gpt-4o', 'llama4', 'kanana2', 'talkie', 'minimax-m2'],
    rule: splits(cased(`${ENGLISH}?`, '\\p{N}{1,3}')),
  },
  {
    names: ['deepseek-v3', 'hunyuan-dense', 'joyai-llm', 'hy_v4'],
    rule: splits('\\p{N}{1,3}', HAN, DEEPSEEK_WORDS),
  },
  {
    names: ['deepseek-coder'],
    rule: splits('[\r\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[一-龥ࠀ-一가-퟿]+', '\\p{N}'),
    also: [
      {
        type: 'Sequence',
        pretokenizers: [
          ...['[\r\n]', '\\s?\\p{L}+', '\\s?\\p{P}+', '[一-龥ࠀ-一가-퟿]+'].map(split),
          { type: 'Digits', individual_digits: true },
          byteLevel(false),
        ],
      },
    ],
  },
];

export const preTokenizers: ReadonlyMap<string, Named> = new Map(
  all.flatMap((one) => one.names.map((name) => [name, one] as const)),
);

/** A value as JSON with its keys in order and without what moves no token, so that equal rules are equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value)
    .filter(([key]) => key !== 'trim_offsets')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${fields.map(([key, entry]) => `${key}:${canonical(entry)}`).join(',')}}`;
}

/** The first name of the rule; undefined where it has none. `wholeWords`: whether a whole word is taken before merges. */
export function preTokenizerName(rule: unknown, wholeWords: boolean): string | undefined {
  const own = canonical(rule);
  const fits = all.filter((one) => [one.rule, ...(one.also ?? [])].some((known) => canonical(known) === own));
  return (fits.find((one) => (one.wholeWords ?? false) === wholeWords) ?? fits[0])?.names[0];
}

/** Values of tokenizer.ggml.token_type. */
export const NORMAL = 1;
export const UNKNOWN = 2;
export const CONTROL = 3;
export const USER_DEFINED = 4;
export const UNUSED = 5;
export const BYTE = 6;
