// Texts that mean harm, or that never end: each is contained and told, and the next script runs as if it had not been.
import { beforeAll, describe, expect, it } from 'vitest';
import type { Signatures } from '../../src/engine/libraries/signatures/signatures.ts';
import { signaturesFor } from '../../src/engine/libraries/signatures/signatures.ts';
import type { PythonHost } from '../../src/engine/python/host/host.ts';
import { nodePython } from './nodePython.ts';

const versions = { transformers: '4.57.1', peft: '0.17.1', trl: '0.23.1', torch: '2.8.0' };
let host: PythonHost;
let signatures: Signatures;

/** A clock that counts how often it is asked: every few hundred instructions of Python. */
let asked = 0;

beforeAll(async () => {
  host = await nodePython({
    runMs: 20_000,
    askedMs: 40_000,
    wholeMs: 4_000_000,
    endMs: 20_000,
    memoryBytes: 192 << 20,
    now: () => asked++,
  });
  signatures = await signaturesFor({ ...versions, bitsandbytes: null });
});

const run = (source: string) =>
  host.run({ source, argv: ['t.py'], signatures, versions }, () => ({ value: null }));

const failure = async (source: string) => {
  const { error } = await run(source);
  return error && `${error.kind} ${error.line} ${error.type}`;
};

describe('a script that does not end', () => {
  it.each([
    ['a loop', 'x = 1\nwhile True:\n    x += 1', 'limit 3 TimeoutError'],
    [
      'a loop that catches everything',
      'while True:\n  try:\n    while True: pass\n  except BaseException: pass',
      /^limit [34] TimeoutError$/,
    ],
    ['recursion', 'def f():\n    f()\nf()', 'raised 2 RecursionError'],
    [
      'a wish for more recursion',
      'import sys\nsys.setrecursionlimit(10**6)\ndef f():\n    f()\nf()',
      'raised 4 RecursionError',
    ],
    ['gigabytes', 'x = bytearray(10**9)', 'limit 1 MemoryError'],
    ['gigabytes by and by', 'x = []\nwhile True:\n    x.append(bytearray(10**7))', 'limit 3 MemoryError'],
    ['a number of a hundred million digits', 'x = 7 ** (10 ** 9)', 'limit 1 TimeoutError'],
    [
      'a text that a pattern never finishes',
      'import re\nre.match("(a+)+$", "a" * 60 + "b")',
      'limit 2 TimeoutError',
    ],
    [
      'nesting that C recurses into',
      'import json\nx = []\nfor i in range(10**5): x = [x]\njson.dumps(x)',
      /RecursionError$/,
    ],
    [
      'an exception whose words never end',
      'class E(Exception):\n    def __str__(self):\n        while True: pass\nraise E()',
      'limit 4 TimeoutError',
    ],
    [
      'an object whose end never ends',
      'class A:\n    def __del__(self):\n        while True: pass\na = A()\nraise ValueError("x")',
      'raised 5 ValueError',
    ],
    [
      'a script that says it has ended, and goes on',
      'import os\nfor device in range(3, 9):\n    try: os.write(device, b\'{"ended":true}\\n\')\n    except OSError: pass\nwhile True: pass',
      'limit 5 TimeoutError',
    ],
    [
      'a script that says again and again it begins',
      'import os\nwhile True:\n    for device in range(3, 9):\n        try: os.write(device, b\'{"started":true}\\n\')\n        except OSError: pass',
      /^limit [2-5] TimeoutError$/,
    ],
  ])('%s', async (_, source, expected) => {
    expect(await failure(source)).toMatch(expected);
    expect(await run('print(len([1, 2]))')).toEqual({ error: null, output: '2\n' });
  });

  it.each([
    ['1 / 0', 'raised 4 E: <exception str() failed>'],
    ['"said"', 'raised 4 E: said'],
  ])('an exception that says %s of itself', async (words, expected) => {
    const { error } = await run(
      `class E(Exception):\n    def __str__(self): return ${words}\n    args = property(lambda self: 1 / 0)\nraise E()`,
    );
    expect(error && `${error.kind} ${error.line} ${error.type}: ${error.message}`).toBe(expected);
  });

  it.each([
    [1, 'null'],
    [3, 'limit TimeoutError'],
  ])('does not count the time of %i answers, up to its end: %s', async (calls, expected) => {
    const load = 'AutoModelForCausalLM.from_pretrained("a/b")\n'.repeat(calls);
    const { error } = await host.run(
      {
        source: `from transformers import AutoModelForCausalLM\n${load}for i in range(10**5): pass`,
        argv: ['t.py'],
        signatures,
        versions,
      },
      () => {
        asked += 25_000;
        return { value: null };
      },
    );
    expect(error === null ? 'null' : `${error.kind} ${error.type}`).toBe(expected);
  });

  it('ends while and for loops on what nobody knows', async () => {
    const source =
      'import x\nn = 0\nwhile x.more():\n    n += 1\nfor i in x.all: n += 1\nwhile x.a < x.b and n < 100: n += 1\nprint(n)';
    expect(await run(source)).toEqual({ error: null, output: '6\n' });
  });
});

describe('the way out', () => {
  it.each([
    [
      'modules of pyodide',
      'import js, pyodide_js, pyodide.ffi, _pyodide_core, ctypes\nprint(type(js.fetch).__name__, ctypes.CDLL("x"))',
      "Placeholder ctypes.CDLL('x')\n",
    ],
    [
      'what is loaded',
      "import sys\nprint([n for n in sys.modules if n.split('.')[0] in ('js', 'pyodide', '_pyodide', '_pyodide_core', 'pyodide_js', '_ctypes', 'socket', 'standins', 'gc')])",
      '[]\n',
    ],
    [
      'the loader of built-in modules',
      `B = [c for c in object.__subclasses__() if c.__name__ == 'BuiltinImporter'][0]
for name in ('_ctypes', '_pyodide_core', '_socket', '_testcapi', '_asyncio', '_posixsubprocess', '_remote_debugging'):
    try: print(B.load_module(name))
    except ImportError: print('no')`,
      'no\n'.repeat(7),
    ],
    [
      'methods of classes that stay reachable',
      `import warnings
warnings.simplefilter('ignore')
todo, seen, found = [object], set(), []
while todo:
    for c in type.__subclasses__(todo.pop()):
        if c not in seen:
            seen.add(c); todo.append(c)
            if c.__module__.split('.')[0] in ('pyodide', '_pyodide'):
                found += [f for f in vars(c).values() if getattr(f, '__globals__', None)]
print(len(seen) > 500, found)`,
      'True []\n',
    ],
    [
      'frames below the script',
      `import sys
f, names = sys._getframe(), set()
while f:
    names |= {n for n, v in f.f_globals.items() if type(v).__module__.startswith('pyodide')}
    f = f.f_back
print(names)`,
      'set()\n',
    ],
    [
      'processes',
      "import os, subprocess, posix\nprint(os.system('id'), hasattr(posix, 'system'), hasattr(posix, 'fork'), subprocess.run(['id']))",
      '0 False False subprocess.run(…)\n',
    ],
    [
      'sockets',
      "import socket, urllib.request\ns = socket.socket()\ns.connect(('1.1.1.1', 80))\nprint(urllib.request.urlopen('http://a.b').status)",
      "urllib.request.urlopen('http://a.b').status\n",
    ],
    [
      'files of this machine',
      "import os\nprint(sorted(os.listdir('/home')), open('/etc/passwd').read())",
      "['user', 'web_user'] open('/etc/passwd').read()\n",
    ],
    ['the end of the process', "import os\nprint('here')\nos._exit(0)", 'here\n'],
  ])('%s', async (_, source, output) => {
    expect(await run(source)).toEqual({ error: null, output });
  });

  it('finds the libraries as they were, whatever the last script did to them', async () => {
    const spoiled = `import builtins, json, sys, torch, os
json.dumps = json.JSONEncoder = None
torch.nn.Module.eval = torch.Tensor.backward = None
os.environ["A"] = "1"
open("left.txt", "w").write("x")
sys.modules.clear()
sys.stdout = builtins.print = builtins.isinstance = builtins.len = None
sys.exit(3)`;
    expect(await failure(spoiled)).toBe('raised 8 SystemExit');
    expect(
      await run(
        'import json, os, torch\nprint(json.dumps([1]), os.environ.get("A"), os.listdir("."), torch.nn.Module.eval is None)',
      ),
    ).toEqual({ error: null, output: '[1] None [] False\n' });
  });

  it('cuts what is printed', async () => {
    const { output } = await run('for i in range(10**5): print("x" * 100)');
    expect(output.length).toBeLessThan(21_000);
  });
});

describe('what is no Python', () => {
  it.each([
    ['Python 2', 'print "hello"', 1, 1, "Missing parentheses in call to 'print'. Did you mean print(...)?"],
    ['a slip', 'x = 1\ndef f(:\n    pass', 2, 7, 'invalid syntax'],
    ['an indent', 'if x:\npass', 2, 1, "expected an indented block after 'if' statement on line 1"],
  ])('%s: line and caret as Python says', async (_, source, line, column, message) => {
    expect((await run(source)).error).toMatchObject({ kind: 'syntax', line, column, message });
  });
});
