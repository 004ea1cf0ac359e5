// `LoraConfig(r=8, ...)`: what people leave out when they post code. Python takes a bare `...` after a named argument for an error that is
// not theirs, so it goes, and a note says that something is missing.

import { text } from '../../ground/text.ts';
import type { Line } from './lines.ts';
import { textOf } from './lines.ts';
import type { PastedNote } from './pasted.ts';
import { scanPython } from './scan.ts';

export interface Elided {
  readonly lines: readonly Line[];
  readonly notes: readonly PastedNote[];
}

const tail = /,\s*\.\.\.\s*(?=[)}])/g;
const alone = /^\s*(?:#.*)?\.\.\.\s*,?\s*(?:#.*)?$/;
const head = /([({])\s*\.\.\.\s*,/g;

export function withoutElisions(lines: readonly Line[]): Elided {
  if (!lines.some(({ text: line }) => line.includes('...'))) return { lines, notes: [] };
  const { states } = scanPython(textOf(lines));
  const notes: PastedNote[] = [];
  const kept = lines.map((line, i) => {
    const state = states[i];
    if (state?.inString || !line.text.includes('...')) return line;
    const inside = (state?.depth ?? 0) > 0;
    // Within brackets a line of its own stands for arguments; in a block it is a statement that does nothing.
    const shortened =
      inside && alone.test(line.text)
        ? line.text.replace('...', '# ...')
        : outsideStrings(line.text, (code) => code.replace(tail, '').replace(head, '$1'));
    if (shortened === line.text) return line;
    notes.push({
      kind: 'assumption',
      line: i + 1,
      text: text('Arguments are left out here (...); none are assumed.', '此处省略了参数（...）；假定没有。'),
    });
    return { text: shortened, from: line.from };
  });
  return { lines: kept, notes };
}

/** Changes what stands outside the strings and the comment of a line. */
function outsideStrings(line: string, change: (code: string) => string): string {
  const held: string[] = [];
  const masked = line.replace(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|#.*$/g, (part) => {
    held.push(part);
    return `\ue000${held.length - 1}\ue000`;
  });
  return change(masked).replace(/\ue000(\d+)\ue000/g, (_, at: string) => held[Number(at)] ?? '');
}
