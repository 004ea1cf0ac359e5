// Edits of a script's text, by Python's own parser: comments, quotes and line breaks stay as the person has them.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Edit, PythonHost } from '../../src/engine/python/host/host.ts';
import { nodePython } from './nodePython.ts';

let host: PythonHost;

beforeAll(async () => {
  host = await nodePython();
});

const set = (line: number, callee: string, argument: string, value: string | null): Edit => ({
  line,
  callee,
  argument,
  value,
});
const statement = (line: number, place: 'before' | 'after' | 'instead', text: string): Edit => ({
  line,
  place,
  statement: text,
});

describe('edits', () => {
  it.each<[string, string, Edit[], string | null]>([
    ['a value', "a = f(x='1')  # hi\n", [set(1, 'f', 'x', '"é"')], 'a = f(x="é")  # hi\n'],
    [
      'a line below characters that only look like ends of lines',
      'a = 1  # \u2028 \f\nf(x=1)\n',
      [set(2, 'f', 'x', '2')],
      'a = 1  # \u2028 \f\nf(x=2)\n',
    ],
    [
      'two more arguments',
      'a = f(x=1)  # hi\n',
      [set(1, 'f', 'y', '2'), set(1, 'f', 'z', '3')],
      'a = f(x=1, y=2, z=3)  # hi\n',
    ],
    [
      'arguments of a call that has none',
      'f()\n',
      [set(1, 'f', 'y', '2'), set(1, 'f', 'z', '3')],
      'f(y=2, z=3)\n',
    ],
    [
      'an argument on a line of its own',
      'é = f(\n    x=1,  # one\n    y=2,  # two\n)\n',
      [set(1, 'f', 'z', '3')],
      'é = f(\n    x=1,  # one\n    y=2,  # two\n    z=3,\n)\n',
    ],
    [
      'an argument behind the last line',
      'f(\n    x=1,\n    y=2)\n',
      [set(3, 'f', 'z', '3')],
      'f(\n    x=1,\n    y=2,\n    z=3)\n',
    ],
    ['the inner call', 'f(g(\n    a=1\n))\n', [set(1, 'g', 'a', '2')], 'f(g(\n    a=2\n))\n'],
    ['an argument away', 'f(\n    x=1,\n    y=2,\n)\n', [set(1, 'f', 'x', null)], 'f(\n    y=2,\n)\n'],
    ['the last argument away', 'f((a), x=(1),)\n', [set(1, 'f', 'x', null)], 'f((a),)\n'],
    ['the only argument away', 'f(x=1)\n', [set(1, 'f', 'x', null)], 'f()\n'],
    [
      'another name',
      'f(tokenizer=tok)\n',
      [{ line: 1, callee: 'f', argument: 'tokenizer', to: 'processing_class' }],
      'f(processing_class=tok)\n',
    ],
    [
      'statements in their block',
      'if x:\n    a = 1\n    b = 2  # b\nc = 3',
      [statement(2, 'instead', ''), statement(3, 'before', 'd\ne'), statement(4, 'after', 'f')],
      'if x:\n    d\n    e\n    b = 2  # b\nc = 3\nf',
    ],
    [
      'the only statement of a block',
      'if x:\n    a = 1\n',
      [statement(2, 'instead', '')],
      'if x:\n    pass\n',
    ],
    [
      'statements that share a line',
      'a = 1; b = 2\nfor i in x: y(i)\n',
      [statement(1, 'instead', ''), statement(2, 'before', 'q()')],
      'b = 2\nq()\nfor i in x: y(i)\n',
    ],
    [
      'imports',
      'from peft import (\n    LoraConfig,\n)\nimport x\n',
      [
        { module: 'peft', name: 'PeftModel' },
        { module: 'trl', name: 'SFTConfig' },
        { module: 'peft', name: 'LoraConfig' },
      ],
      'from peft import (\n    LoraConfig, PeftModel,\n)\nimport x\nfrom trl import SFTConfig\n',
    ],
    ['no import where the text has none', 'f()\n', [{ module: 'trl', name: 'SFTConfig' }], 'f()\n'],
    ['nothing where there is no such call', 'f()\n', [set(1, 'g', 'a', '1')], null],
    ['nothing where there is no such argument', 'f(a=1)\n', [set(1, 'f', 'b', null)], null],
    ['nothing of what is no Python', 'f(\n', [set(1, 'f', 'b', '1')], null],
  ])('%s', async (_, source, edits, expected) => {
    expect(await host.edit(source, edits)).toBe(expected);
  });
});
