// A reading as a recipe, through the recipe's file and its link, judged again without Python: in what that differs from the reading.
import type { ModelConfig } from '../../../models/modelConfig.ts';
import { formatLink, parseLink, recipeJson } from '../../../recipe/link.ts';
import { defaultValues } from '../../../recipe/recipe.ts';
import { readRecipeJson } from '../../../recipe/recipeFile.ts';
import { recipeOfReading } from '../../../recipe/recipeOfReading.ts';
import { judgeProgram, openProgram } from '../judgeProgram.ts';
import type { ScriptReading } from '../scriptReading.ts';

const presets = [{ id: 'plain', values: defaultValues }];
const options = { batch: { rows: 1, tokens: 8 }, allMasked: false };

/** One sentence a difference; none: the recipe says what the reading said. */
export async function keptDifferences(
  reading: ScriptReading,
  config: ModelConfig,
): Promise<readonly string[]> {
  const recipe = recipeOfReading({ preset: 'plain', values: defaultValues }, reading);
  const file = readRecipeJson(recipeJson(recipe, presets), presets);
  const link = await formatLink(recipe, presets, {
    includeData: false,
    includeProgram: true,
    fingerprint: null,
  });
  const linked = (await parseLink(`#${link}`, presets)).recipe;
  const [written, ...others] = [recipe, file, linked].map((one) => JSON.stringify(one.program));
  if (!linked.program || others.some((one) => one !== written)) return ['the program does not come back'];
  const { verdict, onOurs } = judgeProgram(await openProgram(linked.program), config, options);
  const said = ({ kind, line, error }: ScriptReading['verdict']) =>
    JSON.stringify([kind, line, error?.type, onOurs ? null : error?.message]);
  const [now, before] = [said(verdict), said(reading.verdict)];
  return now === before ? [] : [`${now}, where the reading says ${before}`];
}
