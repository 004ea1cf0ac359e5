// A fix's patch comes as plain data and becomes typed settings here. What isn't a setting or doesn't hold is left out:
// the engine offers fixes that it has tried, and for a run on the way its advice.
import type { RecipePatch } from '../../engine/index.ts';
import { readSettings } from '../../engine/index.ts';

/** Known keys with values that their declarations accept. */
export function fixPatch(plain: Readonly<Record<string, unknown>>): RecipePatch {
  return readSettings(plain).patch;
}
