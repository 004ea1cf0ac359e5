// Which lines of a text are what a program printed when it failed: tracebacks of Python, IPython and rich, and the log lines and warnings
// that show a training which learns nothing. Reading them is traceback.ts's.

import type { Line } from './lines.ts';
import { textOf } from './lines.ts';
import { scanPython } from './scan.ts';

/** `[rank0]: `, `2024-05-01 10:00:00,123 - INFO - `, `train.py:12 >> `, `0: ` of launchers and loggers. */
const prefixes =
  /^(?:\s*(?:\[?(?:rank|default|worker|GPU)\s?\d+\]?:?|\(\w+ pid=\d+\)|\[\d[^\]]*\]|\d{4}[-/]\d\d[-/]\d\d[ T][\d:.,]+(?:Z)?|(?:INFO|WARNING|ERROR|DEBUG|CRITICAL)(?::root)?\s*[:|-]|\|+)(?:\s*[-:|>]+)?)+\s?/;

/** A line without what a logger or a launcher put before it. */
export const withoutLogPrefix = (text: string): string => text.replace(prefixes, '');

const header = /Traceback \(most recent call last\)/;
const errorLine =
  /^\s*(?:E\s+)?((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Fault|OutOfMemory\w*))(?::\s?|$)/;
const between = /^\s*(During handling of the above exception|The above exception was the direct cause)/;

/** The exception that a line names, or null. */
export function errorOn(text: string): { readonly type: string; readonly message: string } | null {
  const bare = withoutLogPrefix(text).replace(/^\s*[│┃]\s?|[│┃]\s*$/g, '');
  const match = errorLine.exec(bare);
  if (!match) return null;
  return { type: match[1] ?? '', message: bare.slice(match[0].length).trim() };
}

/** Log lines and warnings that say something about gradients. */
const telling =
  /None of the inputs have requires_grad|does not require grad and does not have a grad_fn|trainable params: [\d,]+ \|\||(?<!\w)['"]?(?:loss|grad_norm|train_loss|eval_loss)['"]?\s*[:=]\s*['"]?(?:0(?:\.0+)?|nan|inf)(?![\w.])|UserWarning|FutureWarning|DeprecationWarning|All labels in your dataset are -100|Could not find response key|will be ignored in loss/i;

const isTelling = (text: string): boolean => telling.test(text);

/** Whether a line belongs to a traceback that is open, judged by its looks. */
const frame =
  /^\s*(File "|File \S+:\d+|[-─═╭╰│┃]|-+> ?\d|\d+ |~*\^+~*\s*$|\.\.\.|\[.*\]|Cell In|<ipython|[/~][\w./-]+ in |\/\S+:\d+)/;

/** For every line whether it is evidence. */
export function evidenceMask(lines: readonly Line[]): boolean[] {
  const mask = lines.map(() => false);
  const { states } = scanPython(textOf(lines));
  const within = (i: number): boolean => (states[i]?.inString ?? false) || (states[i]?.depth ?? 0) > 0;
  const last = lines.findLastIndex(({ text }) => errorOn(text) !== null && !isCode(text));
  let open = false;
  let since = 0;
  lines.forEach(({ text }, i) => {
    const bare = withoutLogPrefix(text);
    if (header.test(text)) {
      open = true;
      since = i;
      // The rule above an IPython traceback belongs to it.
      if (/^\s*[-─╭]{5,}/.test(lines[i - 1]?.text ?? '')) mask[i - 1] = true;
    }
    if (open) {
      mask[i] = true;
      const indented = /^\s/.test(bare) || bare.trim() === '' || frame.test(bare);
      if (i > since && errorOn(text) && !/^\s{2,}/.test(bare)) {
        open = closesLater(lines, i);
      } else if (!indented && i > last) open = false;
    } else if (between.test(bare)) mask[i] = true;
    else if ((errorOn(text) !== null || isTelling(text)) && !isCode(text) && !within(i)) mask[i] = true;
    // A terminal wraps a long message.
    else if (
      mask[i - 1] &&
      errorOn(lines[i - 1]?.text ?? '') &&
      (lines[i - 1]?.text.length ?? 0) > 70 &&
      bare.trim() !== ''
    )
      mask[i] = !isCode(text);
  });
  return mask;
}

/** After an error another traceback may follow that it caused. */
const closesLater = (lines: readonly Line[], at: number): boolean =>
  lines.slice(at + 1, at + 4).some(({ text }) => between.test(text) || header.test(text));

/** `raise ValueError(…)` and `except RuntimeError:` name errors and are code; so does a print of a log line. */
function isCode(text: string): boolean {
  const bare = text.trim();
  return (
    /^(raise|except|class|from|import|assert|print|warnings\.|if |elif |#)/.test(bare) ||
    /^[\w.]+\s*=\s|^[\w.]+\(/.test(bare)
  );
}
