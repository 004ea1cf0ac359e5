// Files that fail once are read anew when they are wanted again; what nobody wants any longer is not waited for.
import { expect, it } from 'vitest';
import { Cancelled } from '../ground/errors.ts';
import { defaultValues, withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';

/** Reads as a server does that fails each file once. */
function failingOnce() {
  const failed = new Set<string>();
  return async (path: string) => {
    if (failed.has(path)) return readPublic(path);
    failed.add(path);
    throw new Error(`${path} was cut`);
  };
}

it('reads presets, rows and the model anew after a failure', async () => {
  const assets = new Assets(failingOnce());
  await expect(assets.presets()).rejects.toThrow('presets.json was cut');
  const [preset] = await assets.presets();
  const recipe = { preset: preset?.id ?? '', values: Object.create(null) };
  await expect(assets.rows(recipe)).rejects.toThrow('jsonl was cut');
  expect((await assets.rows(recipe)).rows.length).toBeGreaterThan(0);
  await expect(assets.model()).rejects.toThrow('was cut');
  expect((await assets.model()).config.layers).toBeGreaterThan(0);
});

it('gives the model with a recipe’s own chat template, one and the same as long as it is that', async () => {
  const assets = new Assets(readPublic);
  const chatTemplate = '{{ messages[0].content }}!';
  const files = await assets.model({ chatTemplate });
  expect(files.tokenizer.render([{ role: 'user', content: 'Hi' }], true).text).toBe('Hi!');
  // What merged models, GGUF files and adapters take along.
  expect(files.tokenizerFiles.tokenizerConfig.chat_template).toBe(chatTemplate);
  expect(await assets.model({ chatTemplate })).toBe(files);
  expect((await assets.model()).tokenizerFiles.tokenizerConfig.chat_template).not.toBe(chatTemplate);
});

it('gives each preset the embedded model that speaks the language of its rows', async () => {
  const assets = new Assets(readPublic);
  const presets = await assets.presets();
  expect(new Set(presets.map(({ language }) => language))).toEqual(new Set(['en', 'zh']));
  for (const { id: preset, language, settings } of presets) {
    const { tokenizer, info } = await assets.model({ preset });
    expect(info.name).toBe(language === 'en' ? 'model' : 'model-zh');
    const { rows, prompts } = await assets.rows({ preset, values: withPatch(defaultValues, settings) });
    // Words of its own language are tokens of its model; of another's they would be bytes, three a character.
    for (const prompt of prompts) {
      expect(/[一-鿿]/.test(prompt), prompt).toBe(language === 'zh');
      expect(tokenizer.encode(prompt).length, prompt).toBeLessThanOrEqual(prompt.length);
    }
    expect(rows.length).toBeGreaterThan(20);
  }
  expect(await assets.model({})).toBe(await assets.model({ preset: 'ships-log' }));
});

it('leaves a reading that does not come as soon as it is given up, and no other', async () => {
  let come = (): void => {};
  const held = new Promise<void>((done) => {
    come = done;
  });
  const assets = new Assets(async (path) => {
    await held;
    return readPublic(path);
  });
  const giving = new AbortController();
  const mine = assets.model({}, giving.signal);
  const other = assets.model();
  giving.abort();
  await expect(mine).rejects.toBeInstanceOf(Cancelled);
  come();
  expect((await other).config.layers).toBeGreaterThan(0);
});
