// A change during the run as a link holds it: `10~train.learning_rate~0.001`, the value until step 10.
import { decimal } from '../ground/decimal.ts';
import type { Text } from '../ground/text.ts';
import { text as say } from '../ground/text.ts';
import type { RecipeChange } from './changes.ts';
import { isChangeable } from './changes.ts';
import { readSettings } from './recipe.ts';

/** null: none that could have been made. */
export function readChange(text: string): RecipeChange | null {
  const [at = '', key = '', value = '', ...more] = text.split('~');
  const [step, before] = [decimal(at), decimal(value)];
  if (more.length > 0 || typeof step !== 'number' || typeof before !== 'number' || !isChangeable(key))
    return null;
  if (!Number.isSafeInteger(step) || step < 0) return null;
  return readSettings({ [key]: before }).problems.length > 0 ? null : { step, key, before };
}

export const changeUnread: Text = say(
  'change: expected a step, a setting and its value until then; the run keeps its last value throughout.',
  'change：应为步数、设置及其之前的值；训练自始至终使用最后的值。',
);
