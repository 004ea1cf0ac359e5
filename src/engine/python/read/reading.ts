// What is gathered while Python is read: settings checked against their declarations, and whatever was not understood.

import type { Text } from '../../ground/text.ts';
import type { RecipePatch, SettingKey } from '../../recipe/recipe.ts';
import { readSettings } from '../../recipe/recipe.ts';
import type { ArgumentTable, Plain } from './argumentReaders.ts';
import type { PythonCall, PythonSource, PythonValue } from './pythonReader.ts';

export interface NotUnderstood {
  readonly text: string;
  readonly line: number;
  /** Why a setting does not take it; absent where there is no setting. */
  readonly problem?: Text;
}

export interface PythonReading {
  readonly patch: RecipePatch;
  readonly notUnderstood: readonly NotUnderstood[];
}

/** Collects settings, checked against their declarations. */
export class Reading {
  patch: RecipePatch = {};
  readonly notUnderstood: NotUnderstood[] = [];
  readonly #source: PythonSource;

  constructor(source: PythonSource) {
    this.#source = source;
  }

  set(key: SettingKey, value: Plain, text: string, line: number): void {
    const { patch, problems } = readSettings({ [key]: value });
    this.patch = { ...this.patch, ...patch };
    for (const problem of problems) this.notUnderstood.push({ text, line, problem });
  }

  /** A name stands for the literal that was assigned to it. */
  resolve(value: PythonValue): PythonValue {
    if (value.kind !== 'source') return value;
    return this.#source.names.get(value.text) ?? value;
  }

  arguments(call: PythonCall, table: ArgumentTable, positional: readonly string[] = []): void {
    call.args.forEach((argument, index) => {
      const name = argument.name ?? positional[index];
      if (argument.name === null && name === undefined) return;
      const read = table[name ?? ''];
      const found = read?.(this.resolve(argument.value)) ?? null;
      if (!found) this.notUnderstood.push({ text: `${call.name}: ${argument.source}`, line: call.line });
      else
        for (const { key, value } of found)
          this.set(key, value, `${call.name}: ${argument.source}`, call.line);
    });
  }

  /** Something that matters and that no knob stands for. */
  leave(text: string, line: number): void {
    this.notUnderstood.push({ text, line });
  }

  result(): PythonReading {
    return { patch: this.patch, notUnderstood: this.notUnderstood };
  }
}
