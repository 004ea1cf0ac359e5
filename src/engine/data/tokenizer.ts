// The model's own tokenizer and chat template; and where in a text each token stands. How text becomes ids is tokens/.
import { causeOf } from '../ground/errors.ts';
import { recordOf } from '../ground/isRecord.ts';
import { shortened } from '../ground/quote.ts';
import { shaped } from '../ground/shapeDecode.ts';
import { same } from '../ground/text.ts';
import { wellFormed } from '../ground/wellFormed.ts';
import type { Rendered } from './chatTemplate.ts';
import { ChatTemplate } from './chatTemplate.ts';
import { noEos, noTemplate, templateRewrites, tokenizerBroken } from './dataErrors.ts';
import type { Pipeline, Placed } from './tokens/pipeline.ts';
import { pipelineOf } from './tokens/pipeline.ts';
import { tokenizerJson } from './tokens/shapes.ts';

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

const asToken = (value: unknown): string | null => {
  if (typeof value === 'string') return value;
  const { content } = recordOf(value);
  return typeof content === 'string' ? content : null;
};

const NAMED = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'].map((name) => `${name}_token`);

/** The special tokens as a template names them; one that the tokenizer lacks is undefined there, and prints nothing. */
function specialTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const named = [
    ...NAMED.map((name) => [name, config[name]] as const),
    ...Object.entries(recordOf(config.extra_special_tokens)),
  ];
  return Object.fromEntries(
    named.flatMap(([name, value]) => {
      const token = asToken(value);
      return token === null ? [] : [[name, token] as const];
    }),
  );
}

/** Absent where there are none, as TRL passes None for an empty list. */
const toolsArgument = (tools: readonly unknown[]) => (tools.length > 0 ? { tools: [...tools] } : {});

/** Older files name no type of model: what they hold says which it is. */
function typed(json: unknown): unknown {
  const { model } = recordOf(json);
  const own = recordOf(model);
  if (own.type !== undefined || own.vocab === undefined) return json;
  return { ...recordOf(json), model: { ...own, type: Array.isArray(own.vocab) ? 'Unigram' : 'BPE' } };
}

/** Throws UserError 'tokenizer-file' saying which field is wrong. */
function pipelineFrom(json: unknown): Pipeline {
  const { value, misfit } = shaped(tokenizerJson, typed(json));
  if (misfit) throw tokenizerBroken({ found: misfit });
  try {
    return pipelineOf(value);
  } catch (error) {
    if (tokenizerBroken.is(error)) throw error;
    // An expression that can't be compiled, a table that is cut short: the shape holds all else.
    throw tokenizerBroken({ found: same(shortened(causeOf(error))) });
  }
}

export class Tokenizer {
  readonly eosToken: string;
  readonly eosId: number;
  /** Of the end of a text where there is no token for padding. */
  readonly padId: number;
  readonly hasPad: boolean;
  /** null for a model without one. */
  readonly bosId: number | null;
  readonly #config: Readonly<Record<string, unknown>>;
  readonly #pipeline: Pipeline;
  readonly #template: ChatTemplate | null;
  readonly #specials: Readonly<Record<string, string>>;

  /** From the parsed tokenizer.json and tokenizer_config.json. Throws UserError 'tokenizer', 'tokenizer-file' or 'chat-template-broken'. */
  constructor(json: unknown, configJson: unknown, pipeline = pipelineFrom(json)) {
    const config = recordOf(configJson);
    this.#config = config;
    const eos = asToken(config.eos_token);
    const bos = asToken(config.bos_token);
    const pad = asToken(config.pad_token);
    this.#pipeline = pipeline;
    const { idOf } = this.#pipeline;
    const eosId = eos === null ? undefined : idOf(eos);
    if (eos === null || eosId === undefined) throw noEos({});
    this.eosToken = eos;
    this.eosId = eosId;
    this.bosId = (bos === null ? undefined : idOf(bos)) ?? null;
    const padId = pad === null ? undefined : idOf(pad);
    this.padId = padId ?? eosId;
    this.hasPad = padId !== undefined;
    this.#specials = specialTokens(config);
    const source = typeof config.chat_template === 'string' ? config.chat_template : null;
    this.#template = source === null ? null : new ChatTemplate(source);
  }

  /** The same with another chat template. Throws UserError 'chat-template-broken'. */
  withTemplate(source: string): Tokenizer {
    return new Tokenizer(null, { ...this.#config, chat_template: source }, this.#pipeline);
  }

  /** Ids of a text; `marks` adds what the tokenizer puts around plain texts (a first token), which templates bring themselves. */
  encode(words: string, marks = false): number[] {
    const ids = this.#pipeline.encode(wellFormed(words));
    const { before, after } = this.#pipeline.around;
    return marks ? [...before, ...ids, ...after] : ids;
  }

  /** Whether a plain text gets the first token, and whether it gets the last. */
  get beginsTexts(): boolean {
    return this.bosId !== null && this.#pipeline.around.before.includes(this.bosId);
  }

  get endsTexts(): boolean {
    return this.#pipeline.around.after.includes(this.eosId);
  }

  /** Ids, and which UTF-16 units of the text each stands for. */
  encodePlaced(words: string): Placed[] {
    return this.#pipeline.encodePlaced(wellFormed(words));
  }

  decode(ids: readonly number[], skipSpecial = true): string {
    return this.#pipeline.decode(ids, skipSpecial);
  }

  /** What a token looks like in the middle of a text, for previews; a part of a character shows as U+FFFD. */
  show(id: number): string {
    return this.#pipeline.show(id);
  }

  /** Whether conversations can be written: questions are asked so. */
  get hasTemplate(): boolean {
    return this.#template !== null;
  }

  /** apply_chat_template. Throws UserError 'chat-template-…' when the model has none or it refuses the messages. */
  render(
    messages: readonly Message[],
    addGenerationPrompt: boolean,
    tools: readonly unknown[] = [],
  ): Rendered {
    if (!this.#template) throw noTemplate({});
    return this.#template.render({
      messages: messages.map(forTemplate),
      add_generation_prompt: addGenerationPrompt,
      ...toolsArgument(tools),
      ...this.#specials,
    });
  }

  /** The rendering, and which stretches of it the assistant says: between the template's marks, or, where it has none, what each of its turns adds to
   * the rendering of those before it, with their generation prompt. Throws UserError 'chat-template-rewrites' where that can't be told. */
  renderAnswers(messages: readonly Message[], tools: readonly unknown[] = []): Rendered {
    const whole = this.render(messages, false, tools);
    if (this.#template?.marks) return whole;
    const spans = messages.flatMap((message, i): [number, number][] => {
      if (message.role !== 'assistant') return [];
      const before = this.render(messages.slice(0, i), true, tools).text;
      const through = this.render(messages.slice(0, i + 1), false, tools).text;
      if (!whole.text.startsWith(before) || !whole.text.startsWith(through)) throw templateRewrites({});
      return [[before.length, through.trimEnd().length]];
    });
    return { text: whole.text, spans };
  }
}
