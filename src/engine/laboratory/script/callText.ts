// A call as it stands in a person's text: its arguments as they wrote them, the name that its result gets. Reads brackets and quotes only;
// what changes a text goes through Python's own parser.

const OPEN = '([{';
const CLOSE = ')]}';

/** From the bracket that opens at `at` to the one that closes it, both left out; null where nothing closes it. */
function inside(text: string, at: number): string | null {
  let depth = 0;
  let quote = '';
  for (let i = at; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (quote !== '') {
      if (letter === '\\') i++;
      else if (text.startsWith(quote, i)) {
        i += quote.length - 1;
        quote = '';
      }
    } else if (letter === '"' || letter === "'") {
      quote = text.startsWith(letter.repeat(3), i) ? letter.repeat(3) : letter;
      i += quote.length - 1;
    } else if (letter === '#') {
      const end = text.indexOf('\n', i);
      if (end < 0) return null;
      i = end;
    } else if (OPEN.includes(letter)) depth++;
    else if (CLOSE.includes(letter) && --depth === 0) return text.slice(at + 1, i);
  }
  return null;
}

/** Parts between commas that stand in no bracket and no quotes. */
function parts(text: string): string[] {
  const found: string[] = [];
  let from = 0;
  for (let i = 0; i < text.length; i++) {
    const letter = text[i] ?? '';
    if (letter === '"' || letter === "'") {
      const end = text.indexOf(letter, i + 1);
      i = end < 0 ? text.length : end;
    } else if (OPEN.includes(letter)) i += (inside(text, i)?.length ?? 0) + 1;
    else if (letter === ',') {
      found.push(text.slice(from, i));
      from = i + 1;
    }
  }
  found.push(text.slice(from));
  return found.map((part) => part.trim()).filter((part) => part !== '');
}

export interface CallText {
  readonly positional: readonly string[];
  readonly named: ReadonlyMap<string, string>;
}

const rest = (source: string, line: number): string =>
  source
    .split('\n')
    .slice(line - 1)
    .join('\n');

/** Arguments of the call of `name` that begins on a line, or a little below it. */
export function callText(source: string, line: number, name: string): CallText | null {
  const text = rest(source, line);
  const at = new RegExp(`\\b${name}\\s*\\(`).exec(text);
  if (!at || text.slice(0, at.index).split('\n').length > 6) return null;
  const body = inside(text, at.index + at[0].length - 1);
  if (body === null) return null;
  const positional: string[] = [];
  const named = new Map<string, string>();
  for (const part of parts(body)) {
    const keyword = /^([A-Za-z_]\w*)\s*=(?!=)\s*([\s\S]*)$/.exec(part);
    if (keyword) named.set(keyword[1] ?? '', keyword[2] ?? '');
    else positional.push(part);
  }
  return { positional, named };
}

/** The name that the statement on a line gives its result: `model` of `model = get_peft_model(…)`, the first of several. */
export const assignedAt = (source: string, line: number): string | null =>
  /^\s*\(?\s*([A-Za-z_][\w.]*)\s*(?:,[^=]*)?\)?\s*(?::[^=]+)?=(?!=)/.exec(
    source.split('\n')[line - 1] ?? '',
  )?.[1] ?? null;

export const lineAt = (source: string, line: number): string => source.split('\n')[line - 1] ?? '';
