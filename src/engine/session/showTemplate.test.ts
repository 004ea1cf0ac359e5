// Who edits a chat template sees a conversation by it, what of it the assistant says, and its mistakes with their lines.
import { expect, it } from 'vitest';
import { recipeOfPreset } from '../recipe/presets.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { Assets } from './assets.ts';
import { showTemplate } from './showTemplate.ts';

const assets = new Assets(readPublic);
const plain = recipeOfPreset(await assets.presets(), 'ships-log');
const rows = (row: object): Recipe => ({ ...plain, data: { name: 'a.jsonl', text: JSON.stringify(row) } });
const turns = '{% for m in messages %}<{{ m.role }}>{{ m.content }}\n{% endfor %}';
const chat = rows({
  messages: [
    { role: 'user', content: 'Where?' },
    { role: 'assistant', content: 'Here.' },
  ],
});

it('writes the first conversation of the rows, and says where the assistant speaks', async () => {
  const { text, spans, own, problem } = await showTemplate(assets, { ...chat, chatTemplate: turns });
  expect(text).toBe('<user>Where?\n<assistant>Here.\n');
  expect(spans.map(([start, end]) => text.slice(start, end))).toEqual(['<assistant>Here.']);
  expect(own).toContain('<|im_start|>');
  expect(problem).toBeNull();
});

it('writes by the model’s own where the recipe has none, and an example where no row is a conversation', async () => {
  expect((await showTemplate(assets, chat)).text).toContain('<|im_start|>user\nWhere?<|im_end|>');
  const { text } = await showTemplate(assets, { ...rows({ text: 'plain' }), chatTemplate: turns });
  expect(text).toMatch(/^<system>.*\n<user>.*\n<assistant>/);
});

it('says where turns can’t be told apart, and still shows them', async () => {
  const chatTemplate = '{{ messages | length }}{% for m in messages %}{{ m.content }}{% endfor %}';
  const { text, spans, problem } = await showTemplate(assets, { ...chat, chatTemplate });
  expect([text, spans]).toEqual(['2Where?Here.', []]);
  expect(problem?.message.en).toMatch(/cannot be told apart/);
});

it.each([
  ['what can’t be read', 'a\n{% fro x %}', /line 2/],
  ['what can’t be rendered', 'a\nb\n{{ nobody + 1 }}', /line 3/],
  ['what it refuses', "{{ raise_exception('no system here') }}", /no system here/],
])('tells %s, beside the model’s own to go back to', async (_, chatTemplate, words) => {
  const { problem, own, text } = await showTemplate(assets, { ...chat, chatTemplate });
  expect(problem?.message.en).toMatch(words);
  expect(own).toContain('<|im_start|>');
  expect(text).toBe('');
});
