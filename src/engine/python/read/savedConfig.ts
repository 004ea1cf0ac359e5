// adapter_config.json as settings: what its method's arguments say. What no setting holds is listed, never dropped.
import { methodNamed } from '../../adapters/methods.ts';
import { quote, shortened } from '../../ground/quote.ts';
import type { RecipePatch } from '../../recipe/recipe.ts';
import { readSettings } from '../../recipe/recipe.ts';
import { readersOf } from './adapterArguments.ts';
import { ofJson } from './pythonValue.ts';

export interface SavedSettings {
  readonly patch: RecipePatch;
  /** `target_modules: 3` */
  readonly notUnderstood: readonly string[];
}

/** PEFT's own; and that it was saved for inference, which every saved adapter says and which is no wish of the person. */
const bookkeeping = /^(peft_type|base_model_name_or_path|revision|auto_mapping|peft_version|inference_mode)$/;

/** null, false and what is empty say nothing; but for an adapter that was not drawn as usual. */
const saysNothing = (name: string, value: unknown): boolean =>
  bookkeeping.test(name) ||
  value === null ||
  (value === false && name !== 'init_lora_weights') ||
  (typeof value === 'object' && Object.keys(value).length === 0);

export function settingsOfSaved(config: Readonly<Record<string, unknown>>): SavedSettings {
  const method = methodNamed(config.peft_type);
  // Its other fields are those of a method that is not here.
  if (!method) return { patch: {}, notUnderstood: [`peft_type: ${quote(config.peft_type)}`] };
  const readers = new Map(Object.entries(readersOf(method.config)));
  const entries: Record<string, unknown> = { 'peft.peft_type': method.type };
  const notUnderstood: string[] = [];
  for (const [name, value] of Object.entries(config)) {
    if (saysNothing(name, value)) continue;
    const read = readers.get(name)?.(ofJson(value)) ?? null;
    const settings = read && readSettings(Object.fromEntries(read.map(({ key, value: one }) => [key, one])));
    if (!settings || settings.problems.length > 0)
      notUnderstood.push(`${shortened(name, 60)}: ${quote(value)}`);
    else Object.assign(entries, settings.patch);
  }
  return { patch: readSettings(entries).patch, notUnderstood };
}
