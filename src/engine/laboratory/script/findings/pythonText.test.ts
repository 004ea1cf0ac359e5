// Brackets, quotes and comments of a script's text.
import { describe, expect, it } from 'vitest';
import { boundName, codeOf, statementAt, stringsOf, writtenCall } from './pythonText.ts';

const source = [
  'model, tok = load(  # a, b)',
  '    "x, (y", r=[1, 2],',
  "    f='''a",
  "b''', **more)",
  '    deep = f(1)',
].join('\n');

describe("a script's text", () => {
  it('finds strings and comments with their lines', () => {
    expect(stringsOf(source).map(({ line, value, comment }) => [line, value, comment])).toEqual([
      [1, '# a, b)', true],
      [2, 'x, (y', false],
      [3, 'a\nb', false],
    ]);
    expect(stringsOf(String.raw`"a\nb\"c" r"\n"`).map(({ value }) => value)).toEqual([
      'a\nb"c',
      String.raw`\n`,
    ]);
    expect(codeOf('a = "(" # )')).toBe('a =        ');
  });

  it('takes a statement over all its lines, and the name that it binds', () => {
    const statement = statementAt(source, 1);
    expect(statement?.text.split('\n')).toHaveLength(4);
    expect(statement && boundName(statement)).toBe('model');
    expect(statementAt(source, 5)).toEqual({ line: 5, indent: '    ', text: 'deep = f(1)' });
    expect(statementAt(source, 9)).toBeNull();
    expect(boundName({ line: 1, indent: '', text: 'f(a == b)' })).toBeNull();
  });

  it('reads the arguments of a call as they are written', () => {
    expect(writtenCall(source, 'load')?.arguments).toEqual([
      { name: null, value: '"x, (y"' },
      { name: 'r', value: '[1, 2]' },
      { name: 'f', value: "'''a\nb'''" },
      { name: null, value: '**more' },
    ]);
    expect(writtenCall('reload(1)', 'load')).toBeNull();
    expect(writtenCall('load()', 'load')?.arguments).toEqual([]);
  });
});
