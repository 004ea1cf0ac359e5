// A model's folder on the command line: it becomes the recipe's model, under its own name; a folder was told "EISDIR" before.
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { Assets } from '../../src/engine/session/assets.ts';
import { randomFolder } from '../../src/engine/testing/checkpoint.ts';
import { readPublic } from './readPublic.ts';
import { recipeOf } from './recipeOf.ts';
import { noOptions } from './testing/noOptions.ts';

async function opened(model: string) {
  const [assets, notes] = [new Assets(readPublic), [] as string[]];
  const recipe = await recipeOf({ ...noOptions, model }, assets, (text) => notes.push(text));
  return { notes, recipe, files: await assets.model(recipe) };
}

it('is the recipe’s model, with what in it is of no use', async () => {
  const folder = join(mkdtempSync(join(tmpdir(), 'model-')), 'Tiny');
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  for (const [name, bytes] of randomFolder()) writeFileSync(join(folder, name), bytes);
  writeFileSync(join(folder, 'README.md'), '# Tiny');
  writeFileSync(join(folder, '.gitattributes'), '');
  const { recipe, notes, files } = await opened(`${folder}/`);
  expect(recipe.model).toEqual({ name: 'Tiny', digest: files.info.digest });
  expect(notes).toEqual(['Tiny: not used: README.md']);
  expect(files.config.layers).toBe(2);
});

it('is told by name when it is not there, or lacks something', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'empty-'));
  await expect(opened(empty)).rejects.toThrow(/empty-.*: config\.json is missing/);
  await expect(opened(join(empty, 'nowhere'))).rejects.toThrow(/nowhere: can't be read/);
});
