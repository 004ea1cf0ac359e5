// Lines that remember where they stood, through everything that is taken off a pasted text.

export interface Line {
  readonly text: string;
  /** 1-based line of the pasted text; 0: it was written here. */
  readonly from: number;
}

export const linesOf = (text: string): Line[] =>
  text.split('\n').map((line, i) => ({ text: line, from: i + 1 }));

export const textOf = (lines: readonly Line[]): string => lines.map(({ text }) => text).join('\n');

export const isBlank = ({ text }: Line): boolean => text.trim() === '';

/** The same line as a comment, so that its number and its words stay. */
export const commented = ({ text, from }: Line): Line => ({
  text: text.trim() === '' ? '' : text.trimStart().startsWith('#') ? text : `# ${text.trimStart()}`,
  from,
});

export const indentOf = (text: string): string => /^[ \t]*/.exec(text)?.[0] ?? '';

/** Takes off what all lines that say something are indented by; a first line that was copied from its middle is left out of the count. */
export function dedented(lines: readonly Line[]): Line[] {
  const said = lines.filter((line) => !isBlank(line));
  const common = sharedIndent(said);
  if (common !== '') return lines.map(({ text, from }) => ({ text: text.slice(common.length), from }));
  const [first, ...rest] = said;
  const below = sharedIndent(rest);
  // Selected from the middle of its first line, a block shows its indentation from the second line on.
  if (!first || rest.length === 0 || below === '' || /[:([{,\\]\s*(#.*)?$|"""|'''/.test(first.text))
    return [...lines];
  if (indentOf(rest[0]?.text ?? '') !== below) return [...lines];
  return lines.map((line) =>
    line === first ? line : { text: line.text.slice(below.length), from: line.from },
  );
}

function sharedIndent(lines: readonly Line[]): string {
  let common: string | null = null;
  for (const { text } of lines) {
    const indent = indentOf(text);
    if (common === null) common = indent;
    while (!indent.startsWith(common)) common = common.slice(0, -1);
  }
  return common ?? '';
}

/** Appends item by item: a megabyte has more lines than a call takes arguments. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** Takes off what all code is indented by where sentences around it, comments by now, are not. */
export function dedentedCode(lines: readonly Line[]): Line[] {
  const common = sharedIndent(lines.filter((line) => !isBlank(line) && !line.text.startsWith('#')));
  if (common === '') return [...lines];
  return lines.map((line) =>
    line.text.startsWith(common) ? { text: line.text.slice(common.length), from: line.from } : line,
  );
}
