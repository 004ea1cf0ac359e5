// A recipe file is taken whole or refused by the name of what is wrong in it: each of these was ignored, or ended in a fault of ours.
import { expect, it } from 'vitest';
import { recipeJson } from './link.ts';
import type { Recipe } from './recipe.ts';
import { defaultValues, withPatch } from './recipe.ts';
import { readRecipeJson } from './recipeFile.ts';

const presets = [{ id: 'ships-log', values: defaultValues }];
const recipe: Recipe = {
  preset: 'ships-log',
  values: withPatch(defaultValues, { 'lora.r': 3 }),
  model: { name: 'a.gguf', digest: '0123456789abcdef' },
  adapter: { name: 'mine', digest: '0123456789abcdef' },
  prompts: ['Where?'],
  chatTemplate: '{% for m in messages %}\n{{ m.content }}{% endfor %}',
  data: { name: 'mine.jsonl', text: '{"text":"a"}' },
};
const file = (more: string): string => `{"version":1,"preset":"ships-log"${more}}`;

it('reads back what the page saves', () => {
  expect(readRecipeJson(recipeJson(recipe, presets), presets)).toEqual(recipe);
});

it.each([
  ['settings that are true', file(',"settings":true'), /settings: expected an object, got true/],
  ['prompts that are null', file(',"prompts":null'), /prompts: expected a list, got null/],
  [
    'a chat template that is blank',
    file(',"chatTemplate":" \\n"'),
    /chatTemplate: expected text that is not blank/,
  ],
  [
    'a chat template of a book',
    file(`,"chatTemplate":"${'a'.repeat(2e5)}"`),
    /chatTemplate: .*at most 131072 characters/,
  ],
  ['a prompt that is a number', file(',"prompts":[1]'), /prompts\.0: expected text, got 1/],
  ['a version that is an object', '{"version":{"toString":1}}', /expected version 1, got \{"toString":1\}/],
  ['a preset that is none', '{"version":1,"preset":{"toString":1}}', /preset: expected text/],
  ['a model without its digest', file(',"model":{"name":"a"}'), /model\.digest: expected text, got –/],
  ['data that is a text', file(',"data":"a"'), /data: expected an object/],
  ['a field of another page', file(',"setting":{}'), /setting: expected no field of this name/],
  ['a setting that stands twice', file(',"settings":{"lora.r":4,"lora.r":8}'), /"lora.r" stands twice/],
  ['a number in hexadecimal', file(',"settings":{"lora.r":"0x10"}'), /lora\.r: expected a number/],
  ['__proto__', file(',"settings":{"__proto__":{"lora.r":4}}'), /__proto__/],
  ['a key of every object', file(',"settings":{"toString":1}'), /toString: no such setting/],
  [
    'fifty thousand characters',
    file(`,"settings":{"lora.target_modules":"${'a'.repeat(5e4)}"}`),
    /at most 20000 characters/,
  ],
])('refuses %s', (_, text, words) => {
  expect(() => readRecipeJson(text, presets)).toThrow(words);
  try {
    readRecipeJson(text, presets);
  } catch (error) {
    expect(String(error).length).toBeLessThan(500);
  }
});

it('makes half of a character whole, so that the run can be saved and taken home', () => {
  const { data, prompts } = readRecipeJson(
    file(',"prompts":["\\ud800?"],"data":{"name":"\\udc00","text":"{}"}'),
    presets,
  );
  expect([prompts, data?.name]).toEqual([['\ufffd?'], '\ufffd']);
});
