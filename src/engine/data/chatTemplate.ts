// A model's chat template: parsed once, rendered by templateInterpreter.ts, with what transformers gives to templates. A mistake in
// it is the template's, told with its line; what it refuses by raise_exception is about the messages. Knows no tokenizer.
import { Environment, parse, tokenize } from '@huggingface/jinja';
import { causeOf } from '../ground/errors.ts';
import { shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import { same, text } from '../ground/text.ts';
import { MOST_TEMPLATE } from '../recipe/ownTemplate.ts';
import { templateBroken, templateEndless, templateRefuses } from './dataErrors.ts';
import { MOST_ITEMS, TemplateInterpreter } from './templateInterpreter.ts';

/** A run of blanks that no template has, and over which the lexer's own expressions take their time. */
const LONG_BLANKS = /\s{2000}/;
type Program = ReturnType<typeof parse>;
/** Python's range, which is counted before it is made. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MOST_ITEMS) throw templateEndless({ line: 0 });
  return Array.from({ length: Number.isFinite(count) ? count : 0 }, (_, i) => start + i * step);
}

const two = (number: number): string => String(number).padStart(2, '0');
const HOUR_MS = 3_600_000;
/** strftime of now in English, as templates print the day. */
function now(format: string): string {
  const day = new Date();
  const named = (part: 'month' | 'weekday', length: 'long' | 'short'): string =>
    new Intl.DateTimeFormat('en-US', { [part]: length }).format(day);
  const start = new Date(day.getFullYear(), 0, 1);
  const midnight = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  const ofYear = Math.round((midnight.getTime() - start.getTime()) / (24 * HOUR_MS)) + 1;
  const parts = new Map([
    ['%Y', String(day.getFullYear())],
    ['%y', two(day.getFullYear() % 100)],
    ['%m', two(day.getMonth() + 1)],
    ['%d', two(day.getDate())],
    ['%j', String(ofYear).padStart(3, '0')],
    ['%b', named('month', 'short')],
    ['%B', named('month', 'long')],
    ['%a', named('weekday', 'short')],
    ['%A', named('weekday', 'long')],
    ['%H', two(day.getHours())],
    ['%I', two(day.getHours() % 12 || 12)],
    ['%p', day.getHours() < 12 ? 'AM' : 'PM'],
    ['%M', two(day.getMinutes())],
    ['%S', two(day.getSeconds())],
    ['%%', '%'],
  ]);
  return format.replace(/%[a-zA-Z%]/g, (one) => parts.get(one) ?? one);
}

function parsed(source: string): Program {
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

/** What stands around what a template marks as the model's, while it is rendered: characters for private use. */
const START = '\uE0A0';
const END = '\uE0A1';
const MARK = /\{%(-?)\s*(end)?generation\s*(-?)%\}/g;
const MARKING = parsed(`{% macro __generation__() %}${START}{{ caller() }}${END}{% endmacro %}`);

/** The marks as a call of a macro, which Jinja makes of them too. */
const marked = (source: string): string =>
  source.replace(MARK, (_, before: string, end: string | undefined, after: string) =>
    end ? `{%${before} endcall ${after}%}` : `{%${before} call __generation__() ${after}%}`,
  );

export interface Rendered {
  readonly text: string;
  /** Character ranges between generation marks, [start, end). */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

function unmarked(rendered: string): Rendered {
  const spans: [number, number][] = [];
  let text = '';
  let start = 0;
  for (const piece of rendered.split(/([\uE0A0\uE0A1])/)) {
    if (piece === START) start = text.length;
    else if (piece === END) spans.push([start, text.length]);
    else text += piece;
  }
  return { text, spans };
}

const globals = {
  ...{ false: false, true: true, none: null, False: false, True: true, None: null },
  range,
  strftime_now: now,
  raise_exception: (cause: unknown): never => {
    throw templateRefuses({ cause: shortened(String(cause)) });
  },
};

const lineOf = (source: string, offset: number): number => source.slice(0, offset).split('\n').length;

const wordsOf = (error: unknown): Text =>
  error instanceof RangeError && /call stack/i.test(error.message)
    ? text('it nests too deep', '嵌套过深')
    : same(shortened(causeOf(error)));

/** What a parser says, or nothing: of a template that ends too early it says what it was reading. */
function faultOf(source: string): Text | null {
  try {
    parsed(source);
    return null;
  } catch (error) {
    return wordsOf(error);
  }
}

/** The line at which the parser stops: the first up to which it says the same as of the whole. */
function faultyLine(source: string, fault: string): number {
  const ends = [...source.matchAll(/\n/g)].map(({ index }) => index);
  let [low, high] = [0, ends.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (faultOf(source.slice(0, ends[middle]))?.en === fault) high = middle;
    else low = middle + 1;
  }
  return low + 1;
}

const LINE = '__line__';

/** The template with its lines told as it comes to each tag; what it prints is no longer right. */
function telling(source: string): string {
  let out = '';
  let at = 0;
  const tags = /\{#[\s\S]*?#\}|\{[{%](?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|(?![}%]\}|["'])[\s\S])*[}%]\}/g;
  for (const tag of source.matchAll(tags)) {
    out += source.slice(at, tag.index);
    if (!tag[0].startsWith('{#')) out += `{{ ${LINE}(${lineOf(source, tag.index)}) }}`;
    out += tag[0];
    at = tag.index + tag[0].length;
  }
  return out + source.slice(at);
}

function run(program: Program, values: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ ...globals, ...values })) environment.set(name, value);
  const interpreter = new TemplateInterpreter(environment);
  interpreter.run(MARKING);
  return String(interpreter.run(program).value);
}

export class ChatTemplate {
  /** Whether it says itself what the model is to learn. */
  readonly marks: boolean;
  readonly #source: string;
  readonly #program: Program;

  /** Throws UserError 'chat-template-broken' with the line that can't be read. */
  constructor(source: string) {
    this.marks = MARK.test(source);
    MARK.lastIndex = 0;
    // Jinja knows one kind of line end.
    this.#source = marked(source.replace(/\r\n?/g, '\n'));
    if (source.length > MOST_TEMPLATE || LONG_BLANKS.test(source))
      throw templateBroken({ line: 1, cause: text('it is longer than any model’s', '比任何模型的模板都长') });
    try {
      this.#program = parsed(this.#source);
    } catch {
      const fault = faultOf(source) ?? same('');
      throw templateBroken({ line: faultyLine(source, fault.en), cause: fault });
    }
  }

  /** Throws UserError 'chat-template-…': it refuses the messages, it has a mistake, or it does not end. */
  render(values: Readonly<Record<string, unknown>>): Rendered {
    try {
      return unmarked(run(this.#program, values));
    } catch (error) {
      if (templateRefuses.is(error)) throw error;
      const line = this.#lineReached(values);
      if (templateEndless.is(error)) throw templateEndless({ line });
      throw templateBroken({ line, cause: wordsOf(error) });
    }
  }

  /** Renders once more to see how far it comes. */
  #lineReached(values: Readonly<Record<string, unknown>>): number {
    let line = 1;
    const tell = (reached: number): string => {
      line = reached;
      return '';
    };
    try {
      run(parsed(telling(this.#source)), { ...values, [LINE]: tell });
    } catch {
      // It fails as before, further on only in what is told.
    }
    return line;
  }
}
