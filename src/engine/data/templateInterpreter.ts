// Runs a parsed template as Jinja does for transformers, where the library that parses it goes its own way: what is printed, where a name set in a loop is
// known, what a loop that is left has written, texts as lists of characters, joining a text to what is none. And under a budget of steps and sizes, so
// that none runs on or fills the memory. Knows no models.
import { Environment, Interpreter } from '@huggingface/jinja';
import { templateEndless } from './dataErrors.ts';
import type { Value } from './templateValues.ts';
import {
  capitalized,
  fieldsOf,
  itemsOf,
  madeOf,
  methods,
  printed,
  sizeOf,
  textOf,
  typeName,
} from './templateValues.ts';

/** What one rendering may do: values made, rounds of loops, and every five hundred characters of a text as one. */
const MOST_STEPS = 600_000;
const CHARACTERS_A_STEP = 500;
const ITEMS_A_STEP = 10;
/** An empty round costs as much: it has a scope and a `loop` of its own. */
const STEPS_A_ROUND = 10;
export const MOST_ITEMS = 100_000;
const MOST_OUTPUT = 2 ** 24;

type Statement = NonNullable<Parameters<Interpreter['evaluate']>[0]>;

const isStatement = (value: unknown): value is Statement =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

function part(statement: Statement, name: string): Statement | undefined {
  const found: unknown = Reflect.get(statement, name);
  return isStatement(found) ? found : undefined;
}
function parts(statement: Statement, name: string): Statement[] {
  const found: unknown = Reflect.get(statement, name);
  return Array.isArray(found) ? found.filter(isStatement) : [];
}
/** The name that an identifier is, or the sign that an operator is. */
function named(statement: Statement, name: string): string {
  const found: unknown = Reflect.get(statement, name);
  const value: unknown = typeof found === 'object' && found !== null ? Reflect.get(found, 'value') : found;
  return typeof value === 'string' ? value : '';
}

/** `break` or `continue` on its way out, with what was written before it. */
class Leaving extends Error {
  readonly whole: boolean;
  text = '';

  constructor(whole: boolean) {
    super();
    this.whole = whole;
  }
}

/** Statements that write text themselves, or none; all others are expressions whose value is printed. */
const WRITES_ITSELF = new Set(['Set', 'Macro', 'Break', 'Continue', 'Comment']);

/** Filters to which a text is the list of its characters. */
const LISTS = new Set(['list', 'first', 'last', 'sort', 'unique']);

export class TemplateInterpreter extends Interpreter {
  #steps = 0;
  /** Values that the library asks for once more. */
  readonly #ready = new Map<Statement, Value>();

  constructor(environment: Environment) {
    super(environment);
    // The library's own methods for both can't be overridden, but they are looked up on the instance.
    Object.assign(this, {
      evaluateBlock: (statements: readonly Statement[], scope: Environment) =>
        madeOf(this.#block(statements, scope)),
      evaluateFor: (statement: Statement, scope: Environment) => madeOf(this.#loop(statement, scope)),
    });
  }

  override evaluate(...args: Parameters<Interpreter['evaluate']>): Value {
    const [statement, scope] = args;
    if (!statement) return super.evaluate(...args);
    const ready = this.#ready.get(statement);
    if (ready) {
      this.#ready.delete(statement);
      return ready;
    }
    this.#spend(1);
    const result = this.#own(statement, scope) ?? super.evaluate(...args);
    const { items, characters } = sizeOf(result);
    if (items > MOST_ITEMS || characters > MOST_OUTPUT) this.#spend(MOST_STEPS);
    // A name makes nothing.
    if (statement.type !== 'Identifier') this.#spend(items / ITEMS_A_STEP + characters / CHARACTERS_A_STEP);
    return result;
  }

  /** The value of what is done here; null: the library does it. */
  #own(statement: Statement, scope: Environment): Value | null {
    switch (statement.type) {
      case 'Break':
        throw new Leaving(true);
      case 'Continue':
        throw new Leaving(false);
      case 'BinaryExpression':
        return this.#binary(statement, scope);
      case 'FilterExpression':
        return this.#filter(statement, scope);
      case 'CallExpression':
        return this.#call(statement, scope);
      case 'MemberExpression':
        return this.#member(statement, scope);
      default:
        return null;
    }
  }

  /** Evaluates a part now, and gives it to the library when it asks for it. */
  #ahead(statement: Statement, scope: Environment, as: (value: Value) => Value = (value) => value): Value {
    const value = as(this.evaluate(statement, scope));
    this.#ready.set(statement, value);
    return value;
  }

  #binary(statement: Statement, scope: Environment): Value | null {
    const sign = named(statement, 'operator');
    const [left, right] = [part(statement, 'left'), part(statement, 'right')];
    if (!left || !right || !['~', '+', '%'].includes(sign)) return null;
    const [a, b] = [this.evaluate(left, scope), this.evaluate(right, scope)];
    if (sign === '~') return madeOf(printed(a) + printed(b));
    if (sign === '%' && a.type === 'IntegerValue' && b.type === 'IntegerValue') {
      const [number, by] = [Number(a.value), Number(b.value)];
      // Python's has the sign of the divisor.
      if (by !== 0) return madeOf(((number % by) + by) % by);
    }
    if (sign === '%') return this.#back(left, a, right, b);
    const [before, after] = [textOf(a), textOf(b)];
    if (before !== null && after !== null) return madeOf(before + after);
    if (before !== null)
      throw new TypeError(
        b.type === 'UndefinedValue'
          ? 'a value is undefined'
          : `can only concatenate str (not "${typeName(b)}") to str`,
      );
    if (after !== null && a.type !== 'UndefinedValue')
      throw new TypeError(`unsupported operand type(s) for +: '${typeName(a)}' and 'str'`);
    return this.#back(left, a, right, b);
  }

  /** The library does it, with these. */
  #back(left: Statement, a: Value, right: Statement, b: Value): null {
    this.#ready.set(left, a);
    this.#ready.set(right, b);
    return null;
  }

  #filter(statement: Statement, scope: Environment): Value | null {
    const [operand, filter] = [part(statement, 'operand'), part(statement, 'filter')];
    if (!operand || !filter) return null;
    const called = filter.type === 'CallExpression' ? part(filter, 'callee') : undefined;
    const name = named(called ?? filter, 'value');
    const value = this.#ahead(operand, scope, (own) =>
      LISTS.has(name) && textOf(own) !== null ? madeOf([...(textOf(own) ?? '')]) : own,
    );
    const text = textOf(value);
    const items = itemsOf(value);
    const argument = (): string | undefined =>
      called ? this.#arguments(filter, scope).map(printed)[0] : undefined;
    const done = (made: unknown): Value => {
      this.#ready.delete(operand);
      return madeOf(made);
    };
    if (name === 'string') return done(printed(value));
    if (name === 'join' && items) return done(items.map(printed).join(argument() ?? ''));
    if (text === null) return null;
    if (name === 'length') return done([...text].length);
    if (name === 'reverse') return done([...text].reverse().join(''));
    if (name === 'capitalize') return done(capitalized(text));
    return name === 'trim' ? done(methods.get('strip')?.(text, argument(), [])) : null;
  }

  /** Positional arguments of a call. */
  #arguments(call: Statement, scope: Environment): Value[] {
    return parts(call, 'args').flatMap((one) =>
      one.type === 'KeywordArgumentExpression' ? [] : [this.evaluate(one, scope)],
    );
  }

  /** Methods of texts. */
  #call(statement: Statement, scope: Environment): Value | null {
    const callee = part(statement, 'callee');
    if (callee?.type !== 'MemberExpression' || Reflect.get(callee, 'computed') === true) return null;
    const [object, property] = [part(callee, 'object'), part(callee, 'property')];
    const method = property && methods.get(named(property, 'value'));
    if (!method || !object) return null;
    const text = textOf(this.#ahead(object, scope));
    if (text === null) return null;
    this.#ready.delete(object);
    const args = this.#arguments(statement, scope);
    return madeOf(method(text, args[0] && printed(args[0]), args));
  }

  /** A character of a text, of which JavaScript counts some as two. */
  #member(statement: Statement, scope: Environment): Value | null {
    const [object, property] = [part(statement, 'object'), part(statement, 'property')];
    if (!object || !property || Reflect.get(statement, 'computed') !== true) return null;
    if (property.type === 'SliceExpression') return null;
    const text = textOf(this.#ahead(object, scope));
    const at = this.#ahead(property, scope);
    if (text === null || at.type !== 'IntegerValue') return null;
    this.#ready.delete(object);
    this.#ready.delete(property);
    return madeOf([...text].at(Number(at.value)));
  }

  #block(statements: readonly Statement[], scope: Environment): string {
    let text = '';
    for (const statement of statements) {
      try {
        const value = this.evaluate(statement, scope);
        if (!WRITES_ITSELF.has(statement.type)) text += printed(value);
      } catch (error) {
        if (error instanceof Leaving) error.text = text + error.text;
        throw error;
      }
    }
    return text;
  }

  /** What a loop runs over. */
  #items(value: Value): readonly Value[] {
    const text = textOf(value);
    const fields = fieldsOf(value);
    const items = fields
      ? [...fields.keys()].map(madeOf)
      : text === null
        ? itemsOf(value)
        : [...text].map(madeOf);
    if (items) return items;
    if (value.type === 'UndefinedValue') return [];
    throw new TypeError(`'${typeName(value)}' object is not iterable`);
  }

  /** Names of a round: one, or as many as its value has. */
  #bind(target: Statement, value: Value, scope: Environment): void {
    if (target.type !== 'TupleLiteral') {
      scope.setVariable(named(target, 'value'), value);
      return;
    }
    const names = parts(target, 'value');
    const values = this.#items(value);
    if (names.length !== values.length)
      throw new TypeError(`${values.length} values to unpack, ${names.length} expected`);
    names.forEach((name, i) => {
      this.#bind(name, values[i] ?? madeOf(undefined), scope);
    });
  }

  /** Each round has a scope of its own: what it sets, the next does not see. */
  #loop(statement: Statement, scope: Environment): string {
    const [target, iterable] = [part(statement, 'loopvar'), part(statement, 'iterable')];
    if (!target || !iterable) return '';
    const selected = iterable.type === 'SelectExpression';
    const test = selected ? part(iterable, 'test') : undefined;
    const over = this.#items(this.evaluate(selected ? part(iterable, 'lhs') : iterable, scope));
    this.#spend(over.length * STEPS_A_ROUND);
    const items = over.filter((item) => {
      if (!test) return true;
      const round = new Environment(scope);
      this.#bind(target, item, round);
      return this.evaluate(test, round).__bool__().value;
    });
    if (items.length === 0) return this.#block(parts(statement, 'defaultBlock'), scope);
    let text = '';
    for (const [i, item] of items.entries()) {
      const round = new Environment(scope);
      round.set('loop', {
        ...{ index: i + 1, index0: i, revindex: items.length - i, revindex0: items.length - i - 1 },
        ...{ first: i === 0, last: i === items.length - 1, length: items.length },
      });
      const loop = fieldsOf(round.lookupVariable('loop'));
      const [before, after] = [items[i - 1], items[i + 1]];
      if (before) loop?.set('previtem', before);
      if (after) loop?.set('nextitem', after);
      this.#bind(target, item, round);
      try {
        text += this.#block(parts(statement, 'body'), round);
      } catch (error) {
        if (!(error instanceof Leaving)) throw error;
        text += error.text;
        if (error.whole) break;
      }
    }
    return text;
  }

  #spend(steps: number): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) throw templateEndless({ line: 0 });
  }
}
