// Writes the Python that a configuration stands for, line by line, each with the line of the configuration that asked for it.

import type { Text } from '../../ground/text.ts';
import type { Config, ConfigValue } from './config.ts';
import { isRecord } from './json.ts';
import type { Line } from './lines.ts';
import type { PastedNote } from './pasted.ts';

export interface Argument {
  readonly text: string;
  readonly from: number;
}

/** A value as Python writes it. */
export function literal(value: ConfigValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'number')
    return Number.isFinite(value)
      ? String(value)
      : `float("${value < 0 ? '-' : ''}${Number.isNaN(value) ? 'nan' : 'inf'}")`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  return `{${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${literal(inner)}`)
    .join(', ')}}`;
}

export class PythonText {
  readonly lines: Line[] = [];
  readonly notes: PastedNote[] = [];

  add(text: string, from = 0): void {
    for (const line of text.split('\n')) this.lines.push({ text: line, from });
  }

  blank(): void {
    if (this.lines.at(-1)?.text !== '') this.add('');
  }

  /** A call with one argument a line; the call itself stands for `from`. */
  call(open: string, args: readonly Argument[], from = 0, close = ')'): void {
    if (args.length === 0) this.add(`${open}${close}`, from);
    else {
      this.add(open, from);
      for (const argument of args) this.add(`    ${argument.text},`, argument.from);
      this.add(close, from);
    }
  }

  /** Said of the line written last. */
  note(kind: PastedNote['kind'], text: Text): void {
    this.notes.push({ kind, line: this.lines.length, text });
  }

  /** A key that decides and that nobody here acts out: its line stays, as a comment. */
  notModelled(key: string, config: Config, text: Text): void {
    const entry = config.get(key);
    this.add(`# ${key}: ${JSON.stringify(entry?.value ?? null)}`, entry?.line ?? 0);
    this.note('not-modelled', text);
  }
}

/** The arguments that a configuration gives, under the names that the library knows them by. */
export function given(
  config: Config,
  names: readonly (string | readonly [key: string, argument: string])[],
): Argument[] {
  return names.flatMap((name) => {
    const [key, argument] = typeof name === 'string' ? [name, name] : name;
    const entry = config.get(key);
    return entry ? [{ text: `${argument}=${literal(entry.value)}`, from: entry.line }] : [];
  });
}

/** An argument that the tool sets itself. */
export const fixed = (text: string, from = 0): Argument => ({ text, from });

/** Loads the rows that a configuration names; where it names none, they stay undefined, and the reader says what stands in. */
export function addDataset(
  script: PythonText,
  config: Config,
  key: string,
  split: string | null = null,
): void {
  const entry = config.get(key);
  const first = Array.isArray(entry?.value) ? entry.value[0] : entry?.value;
  const name = typeof first === 'string' ? first.split(',')[0] : isRecord(first) ? first.path : null;
  if (!entry || typeof name !== 'string') return;
  script.add('from datasets import load_dataset', entry.line);
  script.add(
    `dataset = load_dataset(${JSON.stringify(name)})${split === null ? '' : `[${JSON.stringify(split)}]`}`,
    entry.line,
  );
}
