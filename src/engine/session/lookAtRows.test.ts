// Rows are found by words, by what is wrong with them and by what they are like; a file with faults can still be looked at.
import { describe, expect, it } from 'vitest';
import { textSource } from '../data/formats/textOf.ts';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import type { RowsAsked } from './lookAtRows.ts';
import { RowsDesk } from './lookAtRows.ts';

const breathe = () => Promise.resolve();
const assets = new Assets(readPublic);
const desk = new RowsDesk(assets, breathe);
const all: RowsAsked = { from: 0, count: 50, search: '', filter: 'all', tokens: false };
const unheard = () => {};

async function recipeOf(text: string, name = 'mine.csv'): Promise<Recipe> {
  const { data } = await assets.shelf.open(textSource(name, text));
  const recipe = recipeOfPreset(await assets.presets(), 'ships-log');
  return { ...recipe, data, values: withPatch(recipe.values, { 'train.max_length': 64 }) };
}

const long = 'a very long answer '.repeat(20);
const file = `question,answer\nWho?,Me\nWhere?,${long}\nWho?,Me\nWhen?," "\n`;

describe('a file of rows', () => {
  it('is found by words, with its cells and tokens', async () => {
    const recipe = await recipeOf(file);
    const view = await desk.look(recipe, { ...all, search: 'WHO', tokens: true });
    expect(view).toMatchObject({ columns: ['question', 'answer'], total: 4, matches: 2, problems: 0 });
    expect(view.rows.map(({ place }) => place)).toEqual([0, 2]);
    expect(view.rows[0]?.cells).toEqual([
      { text: 'Who?', whole: true },
      { text: 'Me', whole: true },
    ]);
    expect(view.rows[0]?.preview?.tokens.map(({ text }) => text).join('')).toContain('Who?');
    expect((await desk.look(recipe, { ...all, from: 1, count: 2 })).rows.map(({ place }) => place)).toEqual([
      1, 2,
    ]);
  });

  it.each([
    ['cut', [1]],
    ['duplicate', [2]],
    ['empty', [3]],
    ['untrained', []],
    ['problem', []],
  ] as const)('shows those that are: %s', async (filter, places) => {
    const view = await desk.look(await recipeOf(file), { ...all, filter });
    expect(view.rows.map(({ place }) => place)).toEqual(places);
  });

  it('counts all of them', async () => {
    const statistics = await desk.countNewest(await recipeOf(file), unheard);
    expect(statistics).toMatchObject({ rows: 4, marks: { cut: 1, duplicate: 1, empty: 1, untrained: 0 } });
    expect(statistics?.buckets.reduce((sum, { rows }) => sum + rows, 0)).toBe(4);
    expect(statistics?.tokensCut).toBe((statistics?.longest ?? 0) - 64);
    // The long row alone, and the others in one.
    expect(statistics?.packed.sequences).toBe(2);
  });

  it('shows what is wrong with a row beside the rows that are right, and which are left out', async () => {
    const recipe = await recipeOf('{"q":"a","a":"b"}\n{"q":"a","a":3}\n{"q":"c","a":"d"}\n', 'mine.jsonl');
    const view = await desk.look(recipe, { ...all, filter: 'problem', tokens: true });
    expect(view).toMatchObject({ total: 3, matches: 1, problems: 1 });
    expect(view.rows[0]).toMatchObject({ place: 1, preview: null });
    expect(view.rows[0]?.problem?.en).toMatch(/line 2, column a/);
    await expect(desk.countNewest(recipe, unheard)).rejects.toThrow(/line 2, column a/);
    const { data } = recipe;
    const without = { ...recipe, ...(data ? { data: { ...data, leftOut: [1] } } : {}) };
    expect((await desk.look(without, all)).rows.map(({ leftOut }) => leftOut)).toEqual([false, true, false]);
    expect(await desk.countNewest(without, unheard)).toMatchObject({ rows: 2 });
  });
});

it('shows a preset’s rows by their tokens', async () => {
  const recipe = recipeOfPreset(await assets.presets(), 'better-answers');
  const view = await desk.look(recipe, { ...all, count: 1, tokens: true });
  expect(view.columns).toEqual([]);
  expect(view.rows[0]?.preview?.tokens.some(({ mask }) => mask === 'rejected')).toBe(true);
});

it('shows and counts rows by the recipe’s own chat template, and names its line where it is broken', async () => {
  const plain = recipeOfPreset(await assets.presets(), 'ships-log');
  const own = {
    ...plain,
    chatTemplate: '{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}',
  };
  const first = async (recipe: Recipe): Promise<string> => {
    const { rows } = await desk.look(recipe, { ...all, count: 1, tokens: true });
    return rows[0]?.preview?.tokens.map(({ text }) => text).join('') ?? '';
  };
  expect(await first(plain)).toContain('<|im_start|>');
  expect(await first(own)).toContain('<assistant>');
  expect(await first(own)).not.toContain('im_start');
  const [byModel, byOwn] = [await desk.countNewest(plain, unheard), await desk.countNewest(own, unheard)];
  expect(byOwn?.longest).not.toBe(byModel?.longest);
  await expect(first({ ...own, chatTemplate: 'a\n{% fro x %}' })).rejects.toThrow(/line 2/);
});

it('gives up a count for a newer one', async () => {
  const recipe = await recipeOf(
    `question,answer\n${Array.from({ length: 60 }, (_, i) => `q${i},${long}\n`).join('')}`,
  );
  const waiting = new RowsDesk(assets, () => new Promise((resolve) => void setImmediate(resolve)));
  const [older, newer] = await Promise.all([
    waiting.countNewest(recipe, unheard),
    waiting.countNewest(recipe, unheard),
  ]);
  expect(older).toBeNull();
  expect(newer?.rows).toBe(60);
});
