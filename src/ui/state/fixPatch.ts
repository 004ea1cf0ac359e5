// A fix's patch comes as plain data and becomes typed settings here. What isn't a setting or doesn't hold is left out:
// the engine offers only fixes that it has tried.
import type { RecipePatch } from '../../engine/index.ts';
import { isSettingKey, settingOf, settingProblem } from '../../engine/index.ts';

/** Known keys with values that their declarations accept. */
export function fixPatch(plain: Readonly<Record<string, unknown>>): RecipePatch {
  let patch: RecipePatch = {};
  for (const [key, value] of Object.entries(plain)) {
    if (!isSettingKey(key) || settingProblem(key, settingOf(key), value) !== null) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      patch = { ...patch, [key]: value };
    }
  }
  return patch;
}
