// A model's chat template: parsed once, rendered under a budget of steps and sizes, so that none runs on or fills the memory. A mistake in
// it is the template's, told with its line; what it refuses by raise_exception is about the messages. Knows no tokenizer.
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { causeOf } from '../ground/errors.ts';
import { shortened } from '../ground/quote.ts';
import type { Text } from '../ground/text.ts';
import { same, text } from '../ground/text.ts';
import { templateBroken, templateEndless, templateRefuses } from './dataErrors.ts';

/** Far more than the longest that models ship. */
const MOST_CHARACTERS = 2 ** 17;
/** A run of blanks that no template has, and over which the lexer's own expressions take their time. */
const LONG_BLANKS = /\s{2000}/;
/** What one rendering may do: values made, rounds of loops, and every five hundred characters of a text as one. */
const MOST_STEPS = 600_000;
const CHARACTERS_A_STEP = 500;
const ITEMS_A_STEP = 10;
/** An empty round costs as much: it has a scope and a `loop` of its own. */
const STEPS_A_ROUND = 10;
const MOST_ITEMS = 100_000;
const MOST_OUTPUT = 2 ** 24;

type Program = ReturnType<typeof parse>;
type Evaluated = ReturnType<Interpreter['evaluate']>;

/** How much a value holds: entries, or characters. */
function sizeOf({ value }: { readonly value: unknown }): {
  readonly items: number;
  readonly characters: number;
} {
  if (typeof value === 'string') return { items: 0, characters: value.length };
  const items = Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
  return { items, characters: 0 };
}

class Budgeted extends Interpreter {
  #steps = 0;
  /** What loops run over. */
  readonly #looped = new Set<unknown>();

  override evaluate(...args: Parameters<Interpreter['evaluate']>): Evaluated {
    const [statement] = args;
    if (statement?.type === 'For' && 'iterable' in statement) this.#loops(statement.iterable);
    this.#spend(1);
    const result = super.evaluate(...args);
    const { items, characters } = sizeOf(result);
    if (items > MOST_ITEMS || characters > MOST_OUTPUT) this.#spend(MOST_STEPS);
    if (this.#looped.has(statement)) this.#spend(items * STEPS_A_ROUND);
    // A name makes nothing.
    else if (statement?.type !== 'Identifier')
      this.#spend(items / ITEMS_A_STEP + characters / CHARACTERS_A_STEP);
    return result;
  }

  /** `for x in list if …` runs over what stands before the condition. */
  #loops(iterable: unknown): void {
    const select =
      typeof iterable === 'object' && iterable !== null && 'lhs' in iterable && 'test' in iterable;
    this.#looped.add(select ? iterable.lhs : iterable);
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw templateEndless({ line: 0 });
  }
}

/** Python's range, which is counted before it is made. */
function range(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  if (count > MOST_ITEMS) throw templateEndless({ line: 0 });
  return Array.from({ length: Number.isFinite(count) ? count : 0 }, (_, i) => start + i * step);
}

const two = (number: number): string => String(number).padStart(2, '0');
/** strftime of now, as templates print the day. */
function now(format: string): string {
  const day = new Date();
  const named = (month: 'long' | 'short'): string => new Intl.DateTimeFormat('en-US', { month }).format(day);
  const parts = new Map([
    ['%Y', String(day.getFullYear())],
    ['%m', two(day.getMonth() + 1)],
    ['%d', two(day.getDate())],
    ['%b', named('short')],
    ['%B', named('long')],
    ['%H', two(day.getHours())],
    ['%M', two(day.getMinutes())],
    ['%%', '%'],
  ]);
  return format.replace(/%[YmdbBHM%]/g, (one) => parts.get(one) ?? one);
}

const globals = {
  ...{ false: false, true: true, none: null, False: false, True: true, None: null },
  range,
  strftime_now: now,
  raise_exception: (cause: unknown): never => {
    throw templateRefuses({ cause: shortened(String(cause)) });
  },
};

function parsed(source: string): Program {
  return parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));
}

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
  return String(new Budgeted(environment).run(program).value);
}

export class ChatTemplate {
  readonly #source: string;
  readonly #program: Program;

  /** Throws UserError 'chat-template-broken' with the line that can't be read. */
  constructor(source: string) {
    this.#source = source;
    if (source.length > MOST_CHARACTERS || LONG_BLANKS.test(source))
      throw templateBroken({ line: 1, cause: text('it is longer than any model’s', '比任何模型的模板都长') });
    try {
      this.#program = parsed(source);
    } catch {
      const fault = faultOf(source) ?? same('');
      throw templateBroken({ line: faultyLine(source, fault.en), cause: fault });
    }
  }

  /** Throws UserError 'chat-template-…': it refuses the messages, it has a mistake, or it does not end. */
  render(values: Readonly<Record<string, unknown>>): string {
    try {
      return run(this.#program, values);
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
