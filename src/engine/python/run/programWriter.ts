// The calls of a program as they are written one after another, and a recipe's adapter configuration among them.
import type { ConfigArgument } from '../../adapters/method.ts';
import type { AdapterValues } from '../../adapters/methods.ts';
import { chosenMethod } from '../../adapters/methods.ts';
import { layersOf } from '../../adapters/modulePatterns.ts';
import { parseTargetModules } from '../../adapters/targetModules.ts';
import { jsonObject } from '../../ground/settings/jsonObject.ts';
import { parseNames } from '../../ground/settings/names.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { defaultValues } from '../../recipe/recipe.ts';
import type { ProgramCall, ProgramValue } from '../program/program.ts';

export type Given = Readonly<Record<string, ProgramValue>>;
export interface At {
  readonly ref: number;
  readonly path?: string;
}

export class Writer {
  readonly calls: ProgramCall[] = [];

  /** Answers the reference of what the call makes. */
  call(
    callee: string,
    kwargs: Given = {},
    receiver: At | null = null,
    args: readonly ProgramValue[] = [],
  ): At {
    this.calls.push({ line: 0, callee, receiver, args, kwargs });
    return { ref: this.calls.length - 1 };
  }
}

const targetsOf = (written: string): ProgramValue => {
  const target = parseTargetModules(written);
  if (target.form === 'default') return null;
  if (target.form === 'list') return target.names;
  return target.form === 'all-linear' ? 'all-linear' : target.pattern;
};

const dictionary = (written: string): ProgramValue => ({
  dict: Object.entries(jsonObject(written)).map(([key, value]) => [key, Number(value)] as const),
});

/** What an argument of a configuration says; undefined: left out, being its default. */
function argumentValue(
  argument: ConfigArgument<AdapterValues>,
  values: RecipeValues,
): ProgramValue | undefined {
  if (argument.form === 'config') return undefined;
  if (argument.form === 'constant') return argument.written ? argument.value : undefined;
  const value = values[argument.setting];
  const text = String(value);
  if (!argument.always && value === defaultValues[argument.setting]) return undefined;
  switch (argument.form) {
    case 'value':
    case 'float':
      return value;
    case 'word':
      return text === 'true' ? true : text === 'false' ? false : text;
    case 'targets':
      return targetsOf(text);
    case 'excluded':
      return text.trim() === '' ? undefined : targetsOf(text.trim());
    case 'names':
      return parseNames(text) ?? [];
    case 'layers':
      return layersOf(text);
    case 'pattern':
      return dictionary(text);
  }
}

type Arguments = readonly ConfigArgument<AdapterValues>[];

export function argumentsOf(list: Arguments, values: RecipeValues, to: Writer | null): Given {
  const given: Record<string, ProgramValue> = {};
  for (const argument of list) {
    if (argument.form === 'config' && to && argument.when(values))
      given[argument.name] = to.call(
        `peft.${argument.className}`,
        argumentsOf(argument.arguments, values, null),
      );
    const value = argumentValue(argument, values);
    if (value !== undefined) given[argument.name] = value;
  }
  return given;
}

/** Arguments of the recipe's adapter configuration, without configurations inside it. */
export const configArguments = (values: RecipeValues): Given =>
  argumentsOf(chosenMethod(values).config.arguments, values, null);
