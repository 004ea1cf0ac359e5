// The command line of a tool, declared once: its usage and its parser both follow from the options and their help.
// What the values mean is the tool's.
import { parseArgs } from 'node:util';

/** A wrong argument: what is wrong with it, then the usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

type Option =
  | { readonly type: 'boolean'; readonly help: string; readonly default?: boolean }
  | {
      readonly type: 'string';
      /** What the value is, in capitals. */
      readonly value: string;
      readonly help: string;
      readonly default?: string;
      readonly multiple?: boolean;
    };

export interface Command {
  /** How a person calls it: `npm run -s train --`. */
  readonly call: string;
  readonly about: string;
  readonly options: Readonly<Record<string, Option>>;
}

type Values<C extends Command> = ReturnType<
  typeof parseArgs<{ args: string[]; options: C['options'] }>
>['values'];

/** What the command does, and a line for each option. */
export function usageOf({ call, about, options }: Command): string {
  const rows = Object.entries(options).map(([name, option]): readonly [string, string] => {
    const value = option.type === 'string' ? ` ${option.value}` : '';
    const otherwise = typeof option.default === 'string' ? ` (default: ${option.default})` : '';
    return [`--${name}${value}`, `${option.help}${otherwise}`];
  });
  const all = [...rows, ['--help', 'prints this'] as const];
  const width = Math.max(...all.map(([option]) => option.length));
  const lines = all.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`);
  return [`${call} [options]`, '', about, '', ...lines, ''].join('\n');
}

/** The values given. Throws UsageError for an argument that the command does not know. */
export function readArguments<C extends Command>(command: C, args: readonly string[]): Values<C> {
  try {
    return parseArgs<{ args: string[]; options: C['options'] }>({ args: [...args], options: command.options })
      .values;
  } catch (error) {
    throw usageError(command, error instanceof Error ? error.message : String(error));
  }
}

export const usageError = (command: Command, message: string): UsageError =>
  new UsageError(`${message}\n${usageOf(command)}`);

/** An option's whole number, of at least `least`; `otherwise` where it isn't given. */
export function whole(
  command: Command,
  name: string,
  text: string | undefined,
  otherwise: number,
  least = 0,
): number {
  if (text === undefined) return otherwise;
  const found = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(found) || found < least)
    throw usageError(command, `--${name} takes a whole number from ${least} on, got '${text.slice(0, 60)}'.`);
  return found;
}

/** Prints the usage where it is asked for; true when it was. */
export function helped(command: Command, args: readonly string[]): boolean {
  const asked = args.includes('--help') || args.includes('-h');
  if (asked) process.stdout.write(usageOf(command));
  return asked;
}

/** A tool's main: `--help` ends with status 0, a wrong argument with 2; `run` may give a status of its own. */
export function tool<C extends Command>(
  command: C,
  run: (values: Values<C>) => number | undefined | Promise<number | undefined>,
): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    if (helped(command, args)) return 0;
    try {
      return (await run(readArguments(command, args))) ?? 0;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      process.stderr.write(error.message);
      return 2;
    }
  };
}
