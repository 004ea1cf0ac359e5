// LoraConfig(…), or another method's, as the script writes it: the usual arguments always, the others where they are not their defaults.

import type { ConfigArgument } from '../../adapters/method.ts';
import type { AdapterValues } from '../../adapters/methods.ts';
import { chosenMethod } from '../../adapters/methods.ts';
import { layersOf, modulePattern } from '../../adapters/modulePatterns.ts';
import { parseTargetModules } from '../../adapters/targetModules.ts';
import { own } from '../../ground/own.ts';
import { parseNames } from '../../ground/settings/names.ts';
import type { RecipeValues } from '../../recipe/recipe.ts';
import { defaultValues } from '../../recipe/recipe.ts';
import type { Argument, Literal } from './python.ts';
import { call, dictionary, expression, float } from './python.ts';

type SettingArgument = Extract<ConfigArgument<AdapterValues>, { readonly setting: string }>;

function targets(text: string): Literal {
  const target = parseTargetModules(text);
  if (target.form === 'default') return null;
  if (target.form === 'list') return target.names;
  return target.form === 'all-linear' ? 'all-linear' : target.pattern;
}

const words: Readonly<Record<string, boolean>> = { true: true, false: false };

/** What the argument says; undefined: nothing but its default. */
function literalOf({ form, setting }: SettingArgument, values: RecipeValues): Literal | undefined {
  const value = values[setting];
  const text = String(value);
  switch (form) {
    case 'value':
      return value === defaultValues[setting] ? undefined : value;
    case 'float':
      return value === defaultValues[setting] ? undefined : float(Number(value));
    case 'word':
      return value === defaultValues[setting] ? undefined : (own(words, text) ?? text);
    case 'targets':
      return targets(text);
    case 'excluded':
      return text.trim() === '' ? undefined : targets(text.trim());
    case 'names': {
      const names = parseNames(text) ?? [];
      return names.length > 0 ? names : undefined;
    }
    case 'layers': {
      const layers = layersOf(text);
      return layers ? expression(`[${layers.join(', ')}]`) : undefined;
    }
    case 'pattern': {
      const pattern = modulePattern(text);
      return Object.keys(pattern).length > 0 ? dictionary(pattern) : undefined;
    }
  }
}

/** What an argument that is always written says where it says its default. */
function defaultLiteral({ form, setting }: SettingArgument, values: RecipeValues): Literal {
  if (form === 'names') return [];
  const value = values[setting];
  return form === 'float' ? float(Number(value)) : value;
}

function argumentsOf(list: readonly ConfigArgument<AdapterValues>[], values: RecipeValues): Argument[] {
  return list.flatMap((argument): Argument[] => {
    const { name } = argument;
    if (argument.form === 'constant') return argument.written ? [[name, argument.value]] : [];
    if (argument.form === 'config') {
      if (!argument.when(values)) return [];
      return [[name, expression(call(argument.className, [], argumentsOf(argument.arguments, values)))]];
    }
    const literal = literalOf(argument, values);
    if (literal !== undefined) return [[name, literal]];
    return argument.always ? [[name, defaultLiteral(argument, values)]] : [];
  });
}

/** The configuration of the recipe's adapter. */
export function adapterConfig(values: RecipeValues): string {
  const { className, arguments: list } = chosenMethod(values).config;
  return call(className, [], argumentsOf(list, values));
}
