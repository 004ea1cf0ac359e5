// Writes what run_parity.py needs into a folder: both models, and for every recipe of parity_recipes.json its rows and the Python
// script that the product hands out. Prints `name<TAB>folder<TAB>stack`. `node tools/run.mjs tools/golden/writeParity.ts FOLDER`.
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseRows } from '../../src/engine/data/rows.ts';
import { accelerateFiles } from '../../src/engine/python/write/accelerateFiles.ts';
import { pythonScript } from '../../src/engine/python/write/pythonScript.ts';
import { textOfRows } from '../../src/engine/recipe/rows/ownRows.ts';
import { parityRecipes, readFor } from '../../src/engine/testing/parityRecipes.ts';
import { randomFamily } from '../../src/engine/testing/randomFamily.ts';
import { smollm2File } from '../../src/engine/testing/smollm2.ts';

export async function main([folder]: readonly string[]): Promise<number> {
  if (folder === undefined) {
    process.stderr.write('usage: writeParity.ts FOLDER\n');
    return 2;
  }
  for (const model of ['random', 'embedded'] as const) {
    cpSync('public/model', `${folder}/${model}`, { recursive: true });
    const read = readFor(model);
    for (const file of ['config.json', 'model.safetensors'])
      writeFileSync(`${folder}/${model}/${file}`, await read(`model/${file}`));
  }
  for (const [index, { name, model, config, recipe }] of parityRecipes().entries()) {
    const own = `${folder}/${String(index).padStart(2, '0')}`;
    mkdirSync(own, { recursive: true });
    const file = smollm2File();
    if (model === 'smollm2' && !existsSync(file)) continue;
    const shared = model === 'random' || model === 'embedded';
    const gguf = model === 'smollm2' ? { gguf: basename(file) } : {};
    if (shared || model === 'smollm2')
      symlinkSync(shared ? `../${model}` : file, `${own}/${gguf.gguf ?? 'model'}`);
    else {
      mkdirSync(`${own}/model`);
      for (const [part, bytes] of await randomFamily(model, config))
        writeFileSync(`${own}/model/${part}`, bytes);
    }
    const text = textOfRows(recipe.data);
    writeFileSync(`${own}/rows.jsonl`, text);
    const [row] = parseRows(text);
    const format =
      row?.format === 'prompt-completion-chat'
        ? 'prompt-completion'
        : row?.format === 'preference-chat'
          ? 'preference'
          : (row?.format ?? 'messages');
    writeFileSync(
      `${own}/train.py`,
      pythonScript(recipe.values, { model: 'model', data: 'rows.jsonl', format, ...gguf }),
    );
    for (const file of accelerateFiles(recipe.values)) writeFileSync(`${own}/${file.name}`, file.text);
    process.stdout.write(`${name}\t${own}\t${recipe.values['wiring.stack']}\n`);
  }
  return 0;
}
