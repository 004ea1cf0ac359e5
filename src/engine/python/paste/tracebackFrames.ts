// The frames of a traceback as CPython, IPython and rich print them.

import { withoutLogPrefix } from './evidence.ts';

export interface TracebackFrame {
  /** As printed: `/content/train.py`, `<stdin>`, `Cell In[3]`. */
  readonly file: string;
  readonly line: number | null;
  readonly name: string | null;
  /** The source line that was printed with it. */
  readonly code: string | null;
  /** In the person's own code: in no library and no notebook machinery. */
  readonly own: boolean;
}

const cpython = /^\s*File "([^"]+)", line (\d+)(?:, in (\S+))?/;
/** `/path/file.py in name(args)` and `File /path/file.py:12, in name(args)`, `Cell In[3], line 4`, `<ipython-input-3-…> in <module>`. */
const ipythonFile =
  /^\s*(?:File )?((?:[/~]|[A-Z]:\\|\.{0,2}\/)?[^\s:()]+\.py)(?::(\d+))?(?:,)? in (<?[\w.<>]+>?)/;
const ipythonCell =
  /^\s*(?:Cell In\s?\[(\d+)\], line (\d+)|(?:Input )?In \[(\d+)\], in (?:<cell line: (\d+)>|\S+)|<ipython-input-(\d+)-\w+>(?: in (\S+)|:(\d+)))/;
const rich = /^\s*[│┃]\s*((?:[/~]|[A-Z]:\\)\S+?\.py|<\S+>):(\d+) in (\S+)/;
const arrow = /^\s*-+>\s*(\d+)\s(.*)$/;
const richArrow = /^\s*[│┃]\s*❱\s*(\d+)\s*[│┃]?\s?(.*?)\s*[│┃]?\s*$/;

const libraryPath =
  /site-packages|dist-packages|[/\\]lib[/\\]python\d|[/\\]miniconda|[/\\](?:transformers|peft|trl|accelerate|bitsandbytes|datasets)[/\\](?:src[/\\])?\w+[/\\].*\.py|importlib|runpy\.py|<frozen/;

const isOwn = (file: string): boolean => !libraryPath.test(file);

interface Draft {
  file: string;
  line: number | null;
  name: string | null;
  code: string | null;
}

function begin(text: string): Draft | null {
  const plain = cpython.exec(text);
  if (plain) return { file: plain[1] ?? '', line: Number(plain[2]), name: plain[3] ?? null, code: null };
  const framed = rich.exec(text);
  if (framed) return { file: framed[1] ?? '', line: Number(framed[2]), name: framed[3] ?? null, code: null };
  const cell = ipythonCell.exec(text);
  if (cell) {
    const line = cell[2] ?? cell[4] ?? cell[7];
    return {
      file: `Cell In[${cell[1] ?? cell[3] ?? cell[5] ?? ''}]`,
      line: line === undefined ? null : Number(line),
      name: cell[6]?.replace(/\(.*$/, '') ?? null,
      code: null,
    };
  }
  const file = ipythonFile.exec(text);
  if (!file) return null;
  return {
    file: file[1] ?? '',
    line: file[2] === undefined ? null : Number(file[2]),
    name: file[3] ?? null,
    code: null,
  };
}

export function framesOf(lines: readonly string[]): TracebackFrame[] {
  const drafts: Draft[] = [];
  for (const raw of lines) {
    const text = withoutLogPrefix(raw).length < raw.length && !/[│┃]/.test(raw) ? withoutLogPrefix(raw) : raw;
    const next = begin(text);
    const last = drafts.at(-1);
    if (next) {
      drafts.push(next);
      continue;
    }
    if (!last) continue;
    const pointed = richArrow.exec(text) ?? arrow.exec(text);
    if (pointed) {
      last.line = Number(pointed[1]);
      last.code = (pointed[2] ?? '').trim();
    } else if (last.code === null && /^\s{3,}\S/.test(text) && !/^\s*[~^]+\s*$/.test(text))
      last.code = text.trim();
  }
  return drafts.map((draft) => ({ ...draft, own: isOwn(draft.file) }));
}

/** `peft-0.10.0-py3.10.egg`, `transformers-4.41.2.dist-info`, `pkgs/trl-0.9.6`. */
export function versionsInPaths(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const pattern =
    /[/\\](transformers|peft|trl|torch|bitsandbytes|accelerate|datasets|unsloth)[-_=]v?(\d+\.\d+(?:\.\w+)*)/g;
  for (const [, library = '', version = ''] of text.matchAll(pattern))
    found[library] = version.replace(/\.(?:dist|egg|post)\w*$/, '');
  return found;
}
