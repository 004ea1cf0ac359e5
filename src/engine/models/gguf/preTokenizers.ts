// Pre-tokenizers by the names that GGUF files give them. Source: llama.cpp src/llama-vocab.cpp (names and expressions).

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

/** Every numeric character alone (fractions and other scripts' digits too), then GPT-2's expression. */
const digitsFirst = { type: 'Sequence', pretokenizers: [split('\\p{N}'), byteLevel(true)] };
const llama3 = {
  type: 'Sequence',
  pretokenizers: [
    split(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    byteLevel(false),
  ],
};
const qwen2 = {
  type: 'Sequence',
  pretokenizers: [
    split(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    byteLevel(false),
  ],
};

export const preTokenizers: ReadonlyMap<string, object> = new Map<string, object>([
  ['gpt-2', byteLevel(true)],
  ['smollm', digitsFirst],
  ['starcoder', digitsFirst],
  ['llama-bpe', llama3],
  ['qwen2', qwen2],
]);

/** Values of tokenizer.ggml.token_type. */
export const NORMAL = 1;
export const CONTROL = 3;
export const USER_DEFINED = 4;
