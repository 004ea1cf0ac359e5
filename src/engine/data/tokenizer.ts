// The model's own tokenizer and chat template, by the Hugging Face libraries; and which bytes each token stands for.
import { Template } from '@huggingface/jinja';
import { Tokenizer as HubTokenizer } from '@huggingface/tokenizers';
import { causeOf } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { noEos, noTemplate, templateRefuses, templateRewrites } from './dataErrors.ts';

export interface Message {
  readonly role: string;
  readonly content: string;
}

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

export class Tokenizer {
  readonly eosToken: string;
  readonly eosId: number;
  readonly padId: number;
  /** null for a model without one. */
  readonly bosId: number | null;
  readonly #inner: HubTokenizer;
  readonly #template: Template | null;
  readonly #marked: boolean;
  readonly #special: ReadonlySet<number>;

  /** From the parsed tokenizer.json and tokenizer_config.json. Throws UserError 'tokenizer' without an eos token. */
  constructor(tokenizerJson: object, configJson: unknown) {
    const config = recordOf(configJson);
    this.#inner = new HubTokenizer(tokenizerJson, { ...config });
    const eos = asToken(config.eos_token);
    const eosId = eos === null ? undefined : this.#inner.token_to_id(eos);
    if (eos === null || eosId === undefined) throw noEos({});
    this.eosToken = eos;
    this.eosId = eosId;
    const bos = asToken(config.bos_token);
    this.bosId = (bos === null ? undefined : this.#inner.token_to_id(bos)) ?? null;
    const pad = asToken(config.pad_token);
    this.padId = (pad === null ? undefined : this.#inner.token_to_id(pad)) ?? eosId;
    this.#special = new Set(this.#inner.get_added_tokens_decoder().keys());
    const source = typeof config.chat_template === 'string' ? config.chat_template : null;
    this.#marked = source?.includes('{% generation %}') ?? false;
    const marked = source
      ?.replaceAll('{% generation %}', `{{ '${START}' }}`)
      .replaceAll('{% endgeneration %}', `{{ '${END}' }}`);
    this.#template = marked === undefined ? null : new Template(marked);
  }

  /** Ids of a text; `marks` adds what the tokenizer puts around plain texts (a first token), which templates bring themselves. */
  encode(text: string, marks = false): number[] {
    return text === '' ? [] : [...this.#inner.encode(text, { add_special_tokens: marks }).ids];
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
  render(messages: readonly Message[], addGenerationPrompt: boolean): Rendered {
    if (!this.#template) throw noTemplate({});
    let marked: string;
    try {
      marked = this.#template.render({
        messages: messages.map((message) => ({ ...message })),
        add_generation_prompt: addGenerationPrompt,
        bos_token: '',
        eos_token: this.eosToken,
      });
    } catch (error) {
      throw templateRefuses({ cause: causeOf(error) });
    }
    const spans: [number, number][] = [];
    let text = '';
    let start = 0;
    for (const piece of marked.split(/([\uE0A0\uE0A1])/)) {
      if (piece === START) start = text.length;
      else if (piece === END) spans.push([start, text.length]);
      else text += piece;
    }
    return { text, spans: this.#marked ? spans : this.#prefixSpans(messages, text) };
  }

  /** Without marks: what an assistant turn adds to the rendering of the turns before it, with their generation prompt. */
  #prefixSpans(messages: readonly Message[], text: string): [number, number][] {
    const plain = (count: number, prompt: boolean): string =>
      this.#template?.render({
        messages: messages.slice(0, count).map((m) => ({ ...m })),
        add_generation_prompt: prompt,
        bos_token: '',
        eos_token: this.eosToken,
      }) ?? '';
    return messages.flatMap((message, i): [number, number][] => {
      if (message.role !== 'assistant') return [];
      const before = plain(i, true);
      const through = plain(i + 1, false);
      if (!text.startsWith(before) || !text.startsWith(through)) {
        throw templateRewrites({});
      }
      return [[before.length, through.trimEnd().length]];
    });
  }
}
