// Transcripts of an interactive session: `>>> ` and `... ` of Python, `In [3]: ` of IPython. What was typed stays, what was printed becomes a
// comment, or evidence where it is an error.

import type { Line } from './lines.ts';
import { commented } from './lines.ts';

const python = /^\s*(?:>>>|\.\.\.)(?: (.*))?$/;
const ipython = /^\s*(?:In \[[\d ]*\]:|\.\.\.:)(?: (.*))?$/;

const isTyped = (text: string): boolean => python.test(text) || ipython.test(text);

/** Whether lines hold a transcript. A lone `...` is Python's ellipsis, so it takes a first prompt. */
export const hasPrompts = (lines: readonly Line[]): boolean =>
  lines.some(({ text }) => /^\s*>>>( |$)|^\s*In \[[\d ]*\]:/.test(text));

export interface Transcript {
  readonly code: readonly Line[];
  readonly printed: readonly Line[];
}

export function readTranscript(lines: readonly Line[]): Transcript {
  const code: Line[] = [];
  const printed: Line[] = [];
  let within = false;
  for (const line of lines) {
    const typed: boolean = /^\s*(\.\.\.)(:)?( |$)/.test(line.text) ? within : isTyped(line.text);
    if (typed) {
      const text = python.exec(line.text)?.[1] ?? ipython.exec(line.text)?.[1] ?? '';
      code.push({ text, from: line.from });
    } else {
      printed.push(line);
      code.push(commented(line));
    }
    within = typed;
  }
  return { code, printed };
}
