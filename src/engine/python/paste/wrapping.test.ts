// What stands around code comes off, line by line, and every line keeps its place; what only looks like wrapping stays.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText } from './clean.ts';
import { linesOf, textOf } from './lines.ts';
import { readPasted } from './readPasted.ts';
import { scanPython } from './scan.ts';
import { unwrapped } from './unwrap.ts';

const bare = (text: string): string => textOf(unwrapped(linesOf(text)));

describe('characters', () => {
  test('line ends, the byte order mark and spaces that only look like spaces', () => {
    expect(cleanText('\ufeffx\u00a0=\u30001\r\ny\u200b = 2\rz')).toBe('x = 1\ny = 2\nz');
  });

  test('colours of a terminal, with and without the escape character', () => {
    expect(cleanText('\u001b[0;31mValueError\u001b[0m: no')).toBe('ValueError: no');
    expect(cleanText('[0;31mValueError[0m: no')).toBe('ValueError: no');
    expect(cleanText('x[0] = y[1m]')).toBe('x[0] = y[1m]');
  });

  test('curled quotes that delimit become plain; inside a plain string they are text', () => {
    expect(scanPython('f(“gpt2”, ‘a’)').text).toBe('f("gpt2", \'a\')');
    expect(scanPython('t = "she said “hi”"').text).toBe('t = "she said “hi”"');
    expect(scanPython('# don’t\nx = 1').text).toBe('# don’t\nx = 1');
    expect(scanPython('“””doc\nmore“””').text).toBe('"""doc\nmore"""');
  });

  test('states of lines: strings over lines, brackets, backslashes', () => {
    const { states } = scanPython('f(\n 1)\nx = """\n(\n"""\ny = 1 + \\\n2\n# (\nz = "("\nw');
    expect(states.map(({ depth }) => depth)).toEqual([0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(states.map(({ inString }) => inString)).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(states[6]?.continued).toBe(true);
  });

  test('plain text passes through the scanner unchanged', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        if (/[“”„‟″‘’‚‛…]/.test(text)) return;
        expect(scanPython(text).text).toBe(text);
        expect(scanPython(text).states).toHaveLength(text.split('\n').length);
      }),
    );
  });
});

describe('wrapping', () => {
  test('mail quotes, several deep, and prompts of Python inside them', () => {
    expect(bare('> x = 1\n> if x:\n>     y = 2')).toBe('x = 1\nif x:\n    y = 2');
    expect(bare('> > x = 1\n>> y = 2')).toBe('x = 1\ny = 2');
    expect(bare('> >>> x = 1\n> 1')).toBe('>>> x = 1\n1');
    expect(bare('>>> x = 1')).toBe('>>> x = 1');
  });

  test('a patch shows its new side, of the Python files', () => {
    const patch = [
      'diff --git a/README.md b/README.md',
      '--- a/README.md',
      '+++ b/README.md',
      '@@ -1 +1 @@',
      '-old words',
      '+new words',
      'diff --git a/train.py b/train.py',
      '--- a/train.py',
      '+++ b/train.py',
      '@@ -3,3 +3,4 @@ def main():',
      '     model = load()',
      '-    model = wrap(model)',
      '+    model.enable_input_require_grads()',
      '+    model = wrap(model)',
      ' ',
    ].join('\n');
    expect(bare(patch).trim()).toBe(
      'model = load()\nmodel.enable_input_require_grads()\nmodel = wrap(model)',
    );
    expect(unwrapped(linesOf(patch))[1]?.from).toBe(13);
  });

  test('lines that all begin with a plus are a patch without its header; a sum is not', () => {
    expect(bare('+x = 1\n+y = 2')).toBe('x = 1\ny = 2');
    expect(bare('x = (1\n+ 2\n+ 3)')).toBe('x = (1\n+ 2\n+ 3)');
  });

  test('numbers of an editor, with their separators', () => {
    expect(bare(' 9 | def f():\n10 |     return 1\n11 | f()')).toBe('def f():\n    return 1\nf()');
    expect(bare('1\tx = 1\n2\tif x:\n3\t    y = 1')).toBe('x = 1\nif x:\n    y = 1');
    expect(bare('1: x = 1\n2:\n3: y = 1')).toBe('x = 1\n\ny = 1');
  });

  test('a column of numbers above the code', () => {
    expect(bare('1\n2\n3\nx = 1\ny = 2\nz = 3')).toBe('x = 1\ny = 2\nz = 3');
    expect(bare('x = [\n1,\n2,\n]')).toBe('x = [\n1,\n2,\n]');
  });

  test('indentation that all lines share, also where the first was cut', () => {
    expect(bare('    x = 1\n    if x:\n        y = 2')).toBe('x = 1\nif x:\n    y = 2');
    expect(bare('x = 1\n        y = 2\n        z = 3')).toBe('x = 1\ny = 2\nz = 3');
    expect(bare('if x:\n    y = 2\n    z = 3')).toBe('if x:\n    y = 2\n    z = 3');
    expect(bare('f(\n    a,\n    b)')).toBe('f(\n    a,\n    b)');
  });

  test('labels and buttons of a chat page', () => {
    expect(bare('python\nCopy code\nx = 1')).toBe('x = 1');
    expect(bare('python = 1\nCopy = 2')).toBe('python = 1\nCopy = 2');
  });
});

describe('code among other things', () => {
  test('several fenced blocks are one script; the prose between stays as comments on its lines', async () => {
    const text =
      'I load it so:\n```python\nimport torch\nx = 1\n```\nand then I do\n~~~\ny = x + 1\n~~~\nThanks a lot!';
    const { kind, source, lineOf } = await readPasted(text);
    expect(kind).toBe('script');
    expect(source.split('\n').filter((line) => line !== '' && !line.startsWith('#'))).toEqual([
      'import torch',
      'x = 1',
      'y = x + 1',
    ]);
    expect(source.split('\n')[7]).toBe('y = x + 1');
    expect(lineOf[7]).toBe(8);
  });

  test('a fence that nothing closes runs to the end', async () => {
    const { source } = await readPasted('see\n```py\nx = 1\ny = 2');
    expect(source).toContain('\nx = 1\ny = 2');
  });

  test('sentences around code that nobody fenced', async () => {
    const { kind, source } = await readPasted(
      'Hello,\nI run the following code on one GPU.\n\nfrom peft import LoraConfig\nconfig = LoraConfig(\n    r=8,\n)\n\nCan anybody tell me what is wrong here?\nThanks!',
    );
    expect(kind).toBe('script');
    expect(source.split('\n')).toEqual([
      '# Hello,',
      '# I run the following code on one GPU.',
      '',
      'from peft import LoraConfig',
      'config = LoraConfig(',
      '    r=8,',
      ')',
      '',
      '# Can anybody tell me what is wrong here?',
      '# Thanks!',
      '',
    ]);
  });

  test('Chinese sentences too, but no Chinese strings and comments', async () => {
    const { source } = await readPasted('我的代码如下：\nx = "你好，世界"  # 注释\nprint(x)\n请问哪里错了？');
    expect(source).toBe('# 我的代码如下：\nx = "你好，世界"  # 注释\nprint(x)\n# 请问哪里错了？\n');
  });

  test('names in Chinese are code, sentences beside them are not', async () => {
    const code = [
      '模型 = AutoModel.from_pretrained("gpt2")',
      '解析.add_argument("--底座，在此", default="a")',
      '训练器 = Trainer(model=模型, args=参数)',
      '训练器.train()  # 开始',
      '参数["轮数"] = 3',
    ];
    const text = ['为什么不训练？', ...code, '谢谢大家。', '这是我的代码(很短)，请看'].join('\n');
    const { source } = await readPasted(text);
    const read = source.split('\n');
    expect(read.slice(1, 6)).toEqual(code);
    expect([read[0], read[6], read[7]].map((line) => line?.slice(0, 1))).toEqual(['#', '#', '#']);
  });

  test('code that a page indents among its sentences, a smile, and other languages', async () => {
    const indented = await readPasted(
      'I use the following code for it:\n\n    import torch\n    if True:\n        x = 1\n\nWhat is wrong with that?\n:(',
    );
    expect(indented.source).toBe(
      '# I use the following code for it:\n\nimport torch\nif True:\n    x = 1\n\n# What is wrong with that?\n# :(\n',
    );
    const french = await readPasted(
      "Bonjour à tous, j'ai un problème avec l'entraînement.\nx = f(1)\ntrainer.train()\nMerci d'avance !",
    );
    expect(french.source).toContain('\nx = f(1)\ntrainer.train()\n# Merci');
  });

  test('a docstring is no prose, and a plain script stays as it is, to the last character', async () => {
    const script =
      '"""Fine-tune a model.\n\nThis script trains an adapter on my own data. It is not finished yet.\n"""\nimport torch\n\n\ndef main():\n    # I do not know why this is here.\n    for step in range(10):\n        print(f"step {step} of the run is done")\n\n\nif __name__ == "__main__":\n    main()\n';
    const read = await readPasted(script, 'train.py');
    expect(read.source).toBe(script);
    expect(read.lineOf).toEqual(
      script
        .trimEnd()
        .split('\n')
        .map((_, i) => i + 1),
    );
  });

  test('Python 2 and broken syntax are left for Python to refuse', async () => {
    const script = 'import os\nprint "hello world"\nfor x in range(3) print x\nf(a=1, 2)\n';
    expect((await readPasted(script)).source).toBe(script);
  });

  test('a transcript: what was typed is code, what was printed is a comment', async () => {
    const { source } = await readPasted('>>> x = 1\n>>> if x:\n...     print(x)\n... \n1\n>>> x + 1\n2');
    expect(source).toBe('x = 1\nif x:\n    print(x)\n\n# 1\nx + 1\n# 2\n');
    const ipython = await readPasted(
      'In [1]: def f():\n   ...:     return 1\n   ...:\n\nIn [2]: f()\nOut[2]: 1',
    );
    expect(ipython.source).toBe('def f():\n    return 1\n\n\nf()\n# Out[2]: 1\n');
  });

  test('what was left out with dots is named', async () => {
    const { source, notes } = await readPasted(
      'c = LoraConfig(r=8, ...)\nd = f(\n    a=1,\n    ...\n)\nx = t[..., 0]\ndef g():\n    ...\n',
    );
    expect(source).toBe(
      'c = LoraConfig(r=8)\nd = f(\n    a=1,\n    # ...\n)\nx = t[..., 0]\ndef g():\n    ...\n',
    );
    expect(notes.map(({ line }) => line)).toEqual([1, 4]);
  });

  test('words alone', async () => {
    for (const words of [
      'Dear all, my training does not work.',
      'Hi, how do I choose the rank (r) for LoRA? Is 8 enough?',
      '请问 LoRA 的秩应该怎么选？',
      '',
      '   \n\n',
    ]) {
      const read = await readPasted(words);
      expect(read, words).toMatchObject({ kind: 'words', source: '', evidence: '' });
    }
  });

  test('anything at all gives an answer, with one place for every line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ maxLength: 300, unit: 'grapheme' }), async (text) => {
        const { source, lineOf } = await readPasted(text);
        expect(source === '' ? 0 : source.trimEnd().split('\n').length).toBe(lineOf.length);
      }),
    );
  });
});

describe('hostile texts', () => {
  test.each([
    ['two hundred thousand arguments', `python train.py ${'--a 1 '.repeat(100_000)}`],
    ['open brackets', '('.repeat(100_000)],
    ['nested JSON', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`],
    ['a megabyte of blanks in a line', ' '.repeat(1_000_000)],
    ['a megabyte of line ends', '\n'.repeat(1_000_000)],
    ['one long word', `${'a'.repeat(500_000)}=`],
    [
      'aliases of YAML that multiply',
      `stage: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefgh'
        .split('')
        .map((name, i) => `${name}: &${name} [${`*${'abcdefg'[i]},`.repeat(9)}]`)
        .join('\n')}\nfinetuning_type: *h\n`,
    ],
  ])('%s', async (_, text) => {
    expect((await readPasted(text)).kind).toBeTypeOf('string');
  });
});
