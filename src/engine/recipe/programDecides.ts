// Which settings a program has the say of: how the model is loaded, what is attached, what the trainer does to it. Numbers of the training (learning
// rate, steps, batch, rows) stay the form's.
import { adapterSettings } from '../adapters/settings.ts';
import type { RecipePatch, SettingKey } from './recipe.ts';
import { defaultValues, isSettingKey } from './recipe.ts';
import { wiringSettings } from './settings/wiring.ts';

export const decidedKeys: readonly SettingKey[] = [
  ...Object.keys({ ...adapterSettings, ...wiringSettings }).filter(isSettingKey),
  'bnb.bnb_4bit_quant_type',
  'bnb.bnb_4bit_use_double_quant',
  'train.objective',
];

/** The settings that a program decides: what it does not say is the library's default, never the form's. */
export function decidedBy(said: RecipePatch): RecipePatch {
  return Object.fromEntries(decidedKeys.map((key) => [key, said[key] ?? defaultValues[key]] as const));
}
