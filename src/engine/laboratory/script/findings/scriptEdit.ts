// Edits that a repair of a script is made of. Those that need Python's grammar are the host's; words and pins of releases also stand in
// comments and shell lines, which no grammar knows.
import type { Library } from '../../../libraries/version.ts';
import type { Edit, PythonHost } from '../../../python/host/host.ts';

/** A name written otherwise, at one line or wherever it stands. */
export interface WordEdit {
  readonly line: number | null;
  readonly word: string;
  readonly becomes: string;
}

/** Other releases: in the text's own pins, else in a line of its own at the top. */
export interface PinEdit {
  readonly pins: Readonly<Partial<Record<Library, string>>>;
}

export type ScriptEdit = Edit | WordEdit | PinEdit;

export interface EditedScript {
  readonly source: string;
  readonly pins: PinEdit['pins'];
}

const escaped = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function withWord(source: string, { line, word, becomes }: WordEdit): string | null {
  const pattern = new RegExp(`(?<![\\w.])${escaped(word)}(?!\\w)`, 'g');
  const lines = source.split('\n');
  const changed = lines.map((one, i) =>
    line === null || line === i + 1 ? one.replace(pattern, () => becomes) : one,
  );
  const result = changed.join('\n');
  return result === source ? null : result;
}

/** `peft==0.10.0`, `peft>=0.9,<0.11`, `peft 0.10`: in comments and shell lines, where releases are named. */
const pinOf = (library: string): RegExp =>
  new RegExp(
    `(?<![\\w-])(${library}(?:\\[[\\w,]*\\])?)(\\s*(?:==|>=|<=|~=|<|>)\\s*|\\s*[:= ]\\s*v?)(\\d+(?:\\.[\\dx*]+)*(?:\\s*,\\s*(?:==|>=|<=|~=|!=|<|>)\\s*[\\d.]+)*)`,
    'i',
  );

function withPins(source: string, pins: PinEdit['pins']): string {
  const missing: string[] = [];
  let lines = source.split('\n');
  for (const [library, version] of Object.entries(pins)) {
    const pattern = pinOf(library);
    const isPlace = (line: string): boolean => /^\s*[#!%]/.test(line) && pattern.test(line);
    if (!lines.some(isPlace)) missing.push(`${library}==${version}`);
    lines = lines.map((line) =>
      isPlace(line)
        ? line.replace(pattern, (_, name: string, operator: string) =>
            /[<>=~]/.test(operator) ? `${name}==${version}` : `${name}${operator}${version}`,
          )
        : line,
    );
  }
  if (missing.length === 0) return lines.join('\n');
  const own = `# pip install ${missing.join(' ')}`;
  return (lines[0]?.startsWith('#!') ? [lines[0], own, ...lines.slice(1)] : [own, ...lines]).join('\n');
}

/** The text after the edits; null where one of them finds no place. */
export async function applyEdits(
  source: string,
  edits: readonly ScriptEdit[],
  host: Pick<PythonHost, 'edit'>,
): Promise<EditedScript | null> {
  let text: string | null = source;
  let pins: PinEdit['pins'] = {};
  const ofHost: Edit[] = [];
  for (const edit of edits) {
    if ('pins' in edit) pins = { ...pins, ...edit.pins };
    else if ('word' in edit) text = text === null ? null : withWord(text, edit);
    else ofHost.push(edit);
  }
  if (text !== null && ofHost.length > 0) text = await host.edit(text, ofHost);
  return text === null ? null : { source: withPins(text, pins), pins };
}
