// The model's own tokenizer and chat template, by the Hugging Face libraries; and which bytes each token stands for.
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import type { UserError } from '../ground/errors.ts';
import { causeOf } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { quote, shortened } from '../ground/quote.ts';
import { shaped } from '../ground/shapeDecode.ts';
import { same, text } from '../ground/text.ts';
import { wellFormed } from '../ground/wellFormed.ts';
import { ChatTemplate } from './chatTemplate.ts';
import { noEos, noTemplate, templateRewrites, tokenizerBroken } from './dataErrors.ts';
import { splitAtDigits } from './digits.ts';
import type { TokenizerJson } from './tokenizerShapes.ts';
import { tokenizerJson } from './tokenizerShapes.ts';

export interface Message {
  readonly role: string;
  /** null: a turn that only calls tools. */
  readonly content: string | null;
  /** Further fields for the template: `tool_calls`, `name`, … */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A message as a template sees it. */
const forTemplate = ({ role, content, more = {} }: Message): Record<string, unknown> => ({
  ...more,
  role,
  ...(content === null ? {} : { content }),
});

/** Absent where there are none, as TRL passes None for an empty list. */
const toolsArgument = (tools: readonly unknown[]) => (tools.length > 0 ? { tools: [...tools] } : {});

export interface Rendered {
  readonly text: string;
  /** Character ranges between generation marks, [start, end). */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

// Private-use characters that stand for the template's generation marks while it is rendered.
const START = '\uE0A0';
const END = '\uE0A1';

const asToken = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  const { content } = recordOf(value);
  return typeof content === 'string' ? content : null;
};

const broken = (en: string, zh: string): UserError => tokenizerBroken({ found: text(en, zh) });

/** Every merge joins two tokens to a third, and no two tokens share an id. */
function assertConsistent({ model }: TokenizerJson): void {
  const tokens = new Map(Object.entries(model.vocab));
  if (new Set(tokens.values()).size !== tokens.size)
    throw broken('two of its tokens have one id', '有两个词元使用同一个编号');
  const prefix = model.continuing_subword_prefix ?? '';
  for (const merge of model.merges) {
    const at = typeof merge === 'string' ? merge.indexOf(' ', 1) : 0;
    const [left, right] = typeof merge === 'string' ? [merge.slice(0, at), merge.slice(at + 1)] : merge;
    const joined = left + (right.startsWith(prefix) ? right.slice(prefix.length) : right);
    if (at < 0 || !tokens.has(left) || !tokens.has(right) || !tokens.has(joined))
      throw broken(
        `its merge ${quote(merge)} is not of its vocabulary`,
        `合并规则 ${quote(merge)} 不属于它的词表`,
      );
  }
}

/** The library's own tokenizer. Throws UserError 'tokenizer-file' saying which field is wrong. */
function innerOf(json: unknown, config: Readonly<Record<string, unknown>>): HubTokenizer {
  const { value, misfit } = shaped(tokenizerJson, json);
  if (misfit) throw tokenizerBroken({ found: misfit });
  assertConsistent(value);
  try {
    const pre_tokenizer = splitAtDigits(value.pre_tokenizer);
    return new HubTokenizer({ ...value, pre_tokenizer }, { ...config });
  } catch (error) {
    // An expression that can't be compiled: the shape holds all else.
    throw tokenizerBroken({ found: same(shortened(causeOf(error))) });
  }
}

export class Tokenizer {
  readonly eosToken: string;
  readonly eosId: number;
  readonly padId: number;
  /** null for a model without one. */
  readonly bosId: number | null;
  readonly #inner: HubTokenizer;
  readonly #template: ChatTemplate | null;
  readonly #marked: boolean;
  readonly #special: ReadonlySet<number>;

  /** From the parsed tokenizer.json and tokenizer_config.json. Throws UserError 'tokenizer', 'tokenizer-file' or 'chat-template-broken'. */
  constructor(json: unknown, configJson: unknown) {
    const config = recordOf(configJson);
    const eos = asToken(config.eos_token);
    const bos = asToken(config.bos_token);
    const pad = asToken(config.pad_token);
    this.#inner = innerOf(json, { bos_token: bos, eos_token: eos, pad_token: pad });
    const eosId = eos === null ? undefined : this.#inner.token_to_id(eos);
    if (eos === null || eosId === undefined) throw noEos({});
    this.eosToken = eos;
    this.eosId = eosId;
    this.bosId = (bos === null ? undefined : this.#inner.token_to_id(bos)) ?? null;
    this.padId = (pad === null ? undefined : this.#inner.token_to_id(pad)) ?? eosId;
    this.#special = new Set(this.#inner.get_added_tokens_decoder().keys());
    const source = typeof config.chat_template === 'string' ? config.chat_template : null;
    this.#marked = source?.includes('{% generation %}') ?? false;
    const marked = source
      ?.replaceAll('{% generation %}', `{{ '${START}' }}`)
      .replaceAll('{% endgeneration %}', `{{ '${END}' }}`);
    this.#template = marked === undefined ? null : new ChatTemplate(marked);
  }

  /** Ids of a text; `marks` adds what the tokenizer puts around plain texts (a first token), which templates bring themselves. */
  encode(words: string, marks = false): number[] {
    if (words === '') return [];
    const ids = [...this.#inner.encode(wellFormed(words), { add_special_tokens: marks }).ids];
    if (ids.every((id) => Number.isInteger(id))) return ids;
    throw broken('it has no token for a part of a text', '它没有对应某段文本的词元');
  }

  decode(ids: readonly number[], skipSpecial = true): string {
    return ids.length === 0
      ? ''
      : this.#inner.decode([...ids], {
          skip_special_tokens: skipSpecial,
          clean_up_tokenization_spaces: false,
        });
  }

  /** What a token looks like on its own, for previews; a part of a character shows as U+FFFD. */
  show(id: number): string {
    return this.decode([id], false);
  }

  /** UTF-8 bytes a token stands for: one a character in byte-level vocabularies, its own text for added tokens. */
  byteLength(id: number): number {
    const token = this.#inner.id_to_token(id) ?? '';
    return this.#special.has(id) ? new TextEncoder().encode(token).length : [...token].length;
  }

  /** apply_chat_template. Throws UserError 'chat-template-…' when the model has none or it refuses the messages. */
  render(
    messages: readonly Message[],
    addGenerationPrompt: boolean,
    tools: readonly unknown[] = [],
  ): Rendered {
    if (!this.#template) throw noTemplate({});
    const marked = this.#template.render({
      messages: messages.map(forTemplate),
      add_generation_prompt: addGenerationPrompt,
      ...toolsArgument(tools),
      bos_token: '',
      eos_token: this.eosToken,
    });
    const spans: [number, number][] = [];
    let whole = '';
    let start = 0;
    for (const piece of marked.split(/([\uE0A0\uE0A1])/)) {
      if (piece === START) start = whole.length;
      else if (piece === END) spans.push([start, whole.length]);
      else whole += piece;
    }
    return { text: whole, spans: this.#marked ? spans : this.#prefixSpans(messages, whole, tools) };
  }

  /** Without marks: what an assistant turn adds to the rendering of the turns before it, with their generation prompt. */
  #prefixSpans(
    messages: readonly Message[],
    rendered: string,
    tools: readonly unknown[],
  ): [number, number][] {
    const plain = (count: number, prompt: boolean): string =>
      this.#template?.render({
        messages: messages.slice(0, count).map(forTemplate),
        add_generation_prompt: prompt,
        ...toolsArgument(tools),
        bos_token: '',
        eos_token: this.eosToken,
      }) ?? '';
    return messages.flatMap((message, i): [number, number][] => {
      if (message.role !== 'assistant') return [];
      const before = plain(i, true);
      const through = plain(i + 1, false);
      if (!rendered.startsWith(before) || !rendered.startsWith(through)) {
        throw templateRewrites({});
      }
      return [[before.length, through.trimEnd().length]];
    });
  }
}
