// Writes the Python script of every recipe in script_recipes.json into a folder, for scripts.sh to run under the real
// libraries: `node tools/run.mjs tools/golden/writeScripts.ts FOLDER`. Two steps each; prints `name<TAB>file<TAB>stack`.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pythonScript } from '../../src/engine/python/write/pythonScript.ts';
import type { RecipePatch } from '../../src/engine/recipe/recipe.ts';
import { defaultValues, withPatch } from '../../src/engine/recipe/recipe.ts';

export function main([folder]: readonly string[]): number {
  if (folder === undefined) {
    process.stderr.write('usage: writeScripts.ts FOLDER\n');
    return 2;
  }
  mkdirSync(folder, { recursive: true });
  const recipes: Readonly<Record<string, RecipePatch>> = JSON.parse(
    readFileSync('tools/golden/script_recipes.json', 'utf8'),
  );
  Object.entries(recipes).forEach(([name, patch], index) => {
    const values = withPatch(withPatch(defaultValues, { 'train.max_steps': 2 }), patch);
    const file = `${folder}/${String(index).padStart(2, '0')}.py`;
    writeFileSync(file, pythonScript(values));
    process.stdout.write(`${name}\t${file}\t${values['wiring.stack']}\n`);
  });
  return 0;
}
