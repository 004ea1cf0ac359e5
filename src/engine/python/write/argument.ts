// A setting as the argument that it is: its name in Python from the declaration, its value as Python spells it.
import { jsonObject } from '../../ground/settings/jsonObject.ts';
import type { ArgumentPlace } from '../../ground/settings/pythonPlace.ts';
import type { Kind } from '../../ground/settings/setting.ts';
import type { ArgumentKey, RecipeValues } from '../../recipe/recipe.ts';
import { placeOf, settingOf } from '../../recipe/recipe.ts';
import type { Argument, Literal } from './python.ts';
import { dictionary, expression, float, mapping } from './python.ts';

function spelled(value: string | number | boolean, { form }: ArgumentPlace, type: Kind): Literal {
  if (typeof value === 'number')
    return form === 'number' || (type.kind === 'number' && type.integer) ? value : float(value);
  if (typeof value === 'boolean') return value;
  if (form === 'object') return dictionary(jsonObject(value));
  if (form === 'torch') return expression(`torch.${value}`);
  return form === 'word' && (value === 'true' || value === 'false') ? value === 'true' : value;
}

/** `learning_rate=0.0002`, for a call that takes it. */
export function argumentOf(values: RecipeValues, key: ArgumentKey): Argument {
  const place = placeOf(key);
  const value = spelled(values[key], place, settingOf(key).type);
  return [place.argument, place.entry === undefined ? value : mapping([[place.entry, value]])];
}

export const argumentsOf = (values: RecipeValues, keys: readonly ArgumentKey[]): Argument[] =>
  keys.map((key) => argumentOf(values, key));
