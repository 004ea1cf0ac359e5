// Reads what a failed run left: which exception, where, in whose code, after which other ones, and what its log shows. Versions come from
// the paths. What may have caused it is the laboratory's to rank (laboratory/script/causes.ts).

import { cleanText } from './clean.ts';
import { errorOn, withoutLogPrefix } from './evidence.ts';
import type { Symptom } from './symptoms.ts';
import { symptomsOf } from './symptoms.ts';
import type { TracebackFrame } from './tracebackFrames.ts';
import { framesOf, versionsInPaths } from './tracebackFrames.ts';

export type { TracebackFrame } from './tracebackFrames.ts';

export interface PythonError {
  /** Without its module: `OutOfMemoryError`. */
  readonly type: string;
  readonly message: string;
}

export interface Traceback {
  /** The exception that ended it; null: only a log shows what is wrong. */
  readonly error: PythonError | null;
  /** Of that exception, outermost first; empty where only its last line was pasted. */
  readonly frames: readonly TracebackFrame[];
  /** Exceptions before it, while handling which it was raised. */
  readonly before: readonly PythonError[];
  /** By library, as the paths name them. */
  readonly versions: Readonly<Record<string, string>>;
  readonly symptoms: readonly Symptom[];
}

/** The last frame of the person's own code: the line of their script that failed. */
export const ownFrame = ({ frames }: Traceback): TracebackFrame | null =>
  frames.findLast(({ own }) => own) ?? null;

const header = /Traceback \(most recent call last\)/;

/** Messages go on over lines until something else begins. */
const endsMessage =
  /Traceback \(most recent call last\)|^\s*$|^(During handling|The above exception)|^\s*File "|^\s*[-=─╭╰]{5,}|^[EWI]\d{4} [\d:.]+ |^\[?\w*\d*\]?:?\s*\{['"]|^\s*\d+%\||^```/;

interface Found extends PythonError {
  readonly at: number;
}

/** Every exception that a line names, with the rest of its message. */
function errorsIn(lines: readonly string[]): Found[] {
  const found: Found[] = [];
  const hasHeader = lines.some((line) => header.test(line));
  lines.forEach((line, at) => {
    const error = errorOn(line);
    // `ValueError    Traceback (most recent call last)` of IPython names it before; its last line says it whole.
    if (!error || header.test(line) || /Warning$/.test(error.type)) return;
    // Source lines of a traceback are indented, and no message.
    if (hasHeader && /^\s{2,}/.test(withoutLogPrefix(line)) && !/^\s*[│┃]/.test(line)) return;
    const rest: string[] = [];
    for (const next of lines.slice(at + 1, at + 8)) {
      const bare = withoutLogPrefix(next);
      if (endsMessage.test(bare) || errorOn(next)) break;
      rest.push(bare.trim());
    }
    const message = [error.message, ...(hasHeader || error.message === '' ? rest : [])].join(' ').trim();
    found.push({ type: error.type.split('.').at(-1) ?? error.type, message, at });
  });
  return found;
}

/** A sentence of an error that stands in prose: `I get "element 0 of tensors does not require grad"`. */
const quoted: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/element 0 of tensors does not require grad and does not have a grad_fn/, 'RuntimeError'],
  [/Attempting to unscale FP16 gradients\.?/, 'ValueError'],
  [/You cannot perform fine-tuning on purely quantized models[^"\n]*/, 'ValueError'],
  [/Target modules? .{1,200}? not found in the base model\.[^"\n]*/, 'ValueError'],
  [/Please specify `target_modules` in `peft_config`/, 'ValueError'],
  [/(?:\b[\w.]{1,80}\(\) )?got an unexpected keyword argument ['"]\w+['"]/, 'TypeError'],
  [/Trying to backward through the graph a second time[^"\n]*/, 'RuntimeError'],
  [/only Tensors of floating point (?:and complex )?dtype can require gradients/, 'RuntimeError'],
  [/optimizer got an empty parameter list/, 'ValueError'],
  [/CUDA out of memory[^"\n]*/, 'OutOfMemoryError'],
  [/Must flatten tensors with uniform `?requires_grad`? when `?use_orig_params=False`?/, 'ValueError'],
  [/none of output has requires_grad=True, this checkpoint\(\) is not necessary/, 'RuntimeError'],
  [/TrainableTokensLayer wraps an unknown layer type[^"\n]*/, 'ValueError'],
];

function errorInProse(text: string): PythonError | null {
  const flat = text.replace(/\s+/g, ' ');
  for (const [pattern, type] of quoted) {
    const found = pattern.exec(flat);
    if (found) return { type, message: found[0] };
  }
  return null;
}

/** What a text says of a failed run; null where it names no error and shows no sign of one. */
export function readTraceback(text: string): Traceback | null {
  const clean = cleanText(text);
  const lines = clean.split('\n');
  const errors = errorsIn(lines);
  const last = errors.at(-1) ?? null;
  const symptoms = symptomsOf(lines);
  const error = last ?? errorInProse(clean);
  if (error === null && symptoms.length === 0) return null;
  const starts = lines.flatMap((line, i) => (header.test(line) && (last === null || i < last.at) ? [i] : []));
  const start = starts.at(-1);
  const frames = start === undefined ? [] : framesOf(lines.slice(start, last ? last.at : lines.length));
  return {
    error: error && { type: error.type, message: error.message },
    frames,
    before: errors.slice(0, -1).map(({ type, message }) => ({ type, message })),
    versions: versionsInPaths(clean),
    symptoms,
  };
}
