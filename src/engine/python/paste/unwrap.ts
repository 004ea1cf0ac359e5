// What mail, issue trackers, diffs, editors and browsers put around code, taken off line by line. Fences, prompts and magics have files of
// their own.

import type { Line } from './lines.ts';
import { dedented, isBlank } from './lines.ts';

/** `> ` and `> > ` of mail. `>>> ` is a prompt of Python. */
function unquoted(lines: readonly Line[]): Line[] {
  return lines.map(({ text, from }) => {
    const mark = /^(?!>>> ?)(?:> ?)+(?=>>> )|^(?!>>>)>(?: ?>)* ?/.exec(text)?.[0] ?? '';
    return { text: text.slice(mark.length), from };
  });
}

/** Whether it is a patch and no list or arithmetic: a hunk, or a file header, or plus signs before most lines of code. */
function isDiff(lines: readonly Line[]): boolean {
  if (lines.some(({ text }) => /^@@ -\d+(,\d+)? \+\d+(,\d+)? @@|^diff --git /.test(text))) return true;
  const said = lines.filter((line) => !isBlank(line));
  const plus = said.filter(({ text }) => /^\+(?!\+)/.test(text)).length;
  return said.length > 1 && plus > 1 && said.every(({ text }) => /^[+\- ]/.test(text));
}

const diffHeader =
  /^(diff --git |index [0-9a-f]+\.\.|(new|deleted) file mode|similarity index|rename (from|to) |\\ No newline)/;

/** The new side of a patch; of several files those that hold Python, where there are any. */
function newSide(lines: readonly Line[]): Line[] {
  const files: { python: boolean; hunks: Line[][] }[] = [];
  const current = () => {
    const file = files.at(-1);
    if (file) return file;
    const first = { python: true, hunks: [[]] };
    files.push(first);
    return first;
  };
  lines.forEach((line, i) => {
    const next = lines[i + 1]?.text ?? '';
    if (/^--- /.test(line.text) && /^\+\+\+ /.test(next)) {
      files.push({ python: /\.(py|ipynb)\b/.test(next), hunks: [] });
      return;
    }
    if (/^\+\+\+ |^-/.test(line.text) || diffHeader.test(line.text)) return;
    if (line.text.startsWith('@@')) {
      current().hunks.push([]);
      return;
    }
    const file = current();
    if (file.hunks.length === 0) file.hunks.push([]);
    file.hunks.at(-1)?.push({ text: line.text.replace(/^[+ ]/, ''), from: line.from });
  });
  const wanted = files.some(({ python }) => python) ? files.filter(({ python }) => python) : files;
  return wanted.flatMap(({ hunks }) => hunks.flatMap((hunk) => dedented(hunk)));
}

const numbered = /^\s*(?:\[)?(\d{1,5})(?:\])?(?:\s*[|:│┃→]\s?|\t|\.\s| {1,4}|$)/;

/** Numbers that an editor, `cat -n` or a web page shows beside the lines. */
function withoutGutter(lines: readonly Line[]): Line[] {
  const said = lines.filter((line) => !isBlank(line));
  const numbers = said.map(({ text }) => Number(numbered.exec(text)?.[1] ?? Number.NaN));
  if (said.length < 3 || numbers.some((number) => Number.isNaN(number))) return [...lines];
  const steps = numbers
    .slice(1)
    .every((number, i) => number > (numbers[i] ?? 0) && number - (numbers[i] ?? 0) < 40);
  if (!steps) return [...lines];
  const bare = lines.map(({ text, from }) => ({ text: text.replace(numbered, ''), from }));
  return dedented(bare);
}

/** A page's numbers copied as a column of their own, above or between the lines. */
function withoutNumberColumn(lines: readonly Line[]): Line[] {
  const column = lines.filter(({ text }) => /^\s*\d{1,5}\s*$/.test(text));
  if (column.length < 3 || column.length * 3 < lines.filter((line) => !isBlank(line)).length)
    return [...lines];
  const numbers = column.map(({ text }) => Number(text));
  if (!numbers.slice(1).every((number, i) => number === (numbers[i] ?? 0) + 1)) return [...lines];
  const shown = new Set(column);
  return lines.filter((line) => !shown.has(line));
}

/** `python` and `Copy code` above a block, as chat pages put them. */
const buttons = /^(copy( code)?|copied!?|edit|复制代码|复制|运行)$/i;
function withoutButtons(lines: readonly Line[]): Line[] {
  const isLabel = (text: string): boolean => /^(python|bash|shell|yaml|json|text)$/i.test(text);
  return lines.filter(({ text }, i) => {
    const label = text.trim();
    if (buttons.test(label)) return false;
    if (!isLabel(label)) return true;
    let next = i + 1;
    while (next < lines.length && (lines[next]?.text.trim() ?? '') === '') next++;
    return !buttons.test(lines[next]?.text.trim() ?? '');
  });
}

/** The lines without what stands around all of them. */
export function unwrapped(lines: readonly Line[]): Line[] {
  let bare = withoutButtons(unquoted(lines));
  if (isDiff(bare)) bare = newSide(bare);
  bare = withoutGutter(withoutNumberColumn(bare));
  return dedented(bare);
}
