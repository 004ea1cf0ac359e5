// A fix's patch comes as plain data and becomes typed settings here. What isn't a setting or doesn't hold is left out:
// the engine offers only fixes that it has tried.
import type { RecipePatch } from '../../engine/index.ts';
import { readSettings } from '../../engine/index.ts';

/** Known keys with values that their declarations accept. */
export function fixPatch(plain: Readonly<Record<string, unknown>>): RecipePatch {
  return readSettings(plain).patch;
}
