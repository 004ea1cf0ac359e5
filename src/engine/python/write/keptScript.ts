// The take-home script of a recipe that carries a script: the person's own text, as it is. What a run here has otherwise (the form's numbers, the
// page's model and rows) stands above it as comments, for it can't be written into a text that may build its arguments in any way.

import type { RecipeProgram } from '../../recipe/program/program.ts';
import { decidedKeys } from '../../recipe/programDecides.ts';
import type { RecipePatch, RecipeValues } from '../../recipe/recipe.ts';
import { defaultValues, isArgumentKey, placeOf, settingKeys, settingOf } from '../../recipe/recipe.ts';
import type { Literal } from './python.ts';
import { literal } from './python.ts';
import { templateLine } from './templateLines.ts';

const WIDEST = 96;

/** Comment lines of at most that width. */
function comment(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < WIDEST) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

/** Numbers of the training that the form has otherwise than the script says, as Python would be given them. */
function otherNumbers(values: RecipeValues, said: RecipePatch): string[] {
  const given = (key: keyof RecipeValues, value: Literal) =>
    isArgumentKey(key) ? [`${placeOf(key).argument}=${literal(value)},`] : [];
  return settingKeys.flatMap((key) => {
    const isNumber = settingOf(key).section === 'training' && !decidedKeys.includes(key);
    return isNumber && values[key] !== (said[key] ?? defaultValues[key]) ? given(key, values[key]) : [];
  });
}

/** The script's text under what a run here has otherwise. `said`: the settings that the script itself names. `template`: in the place of the model's. */
export function keptScript(
  program: RecipeProgram,
  values: RecipeValues,
  said: RecipePatch,
  template?: string,
): string {
  const { transformers, peft, trl, torch } = program.versions;
  const numbers = otherNumbers(values, said);
  const header = [
    ...comment(
      `Your own script, as it was read: transformers ${transformers}, peft ${peft}, trl ${trl}, torch ${torch}. Its lines wire the model; the page trains its own small model on its own rows in the place of yours.`.split(
        ' ',
      ),
    ),
    ...program.changes.flatMap((one) => comment(['Changed', 'on', 'the', 'page,', ...one.split(' ')])),
    ...(numbers.length === 0 ? [] : comment(['The', 'run', 'on', 'the', 'page', 'has:', ...numbers])),
    ...(template === undefined
      ? []
      : templateLine(template)
          .split('\n')
          .map((line) => `# ${line}`)),
  ];
  return `${header.join('\n')}\n\n${program.source.replace(/\n*$/, '\n')}`;
}
