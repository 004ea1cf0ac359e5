// A run's export for the web, opened from its files alone: what it says is what the run says, with the adapter and without.
import { expect, it } from 'vitest';
import { recipeOfPreset } from '../recipe/presets.ts';
import { withPatch } from '../recipe/recipe.ts';
import { readPublic } from '../testing/embedded.ts';
import { steadyClock } from '../testing/steadyClock.ts';
import { openBackend } from '../training/backends/openDevice.ts';
import { openOrt } from '../training/backends/ort/openOrt.ts';
import { generationOptions } from '../training/options.ts';
import { Assets } from './assets.ts';
import { memoryExports } from './exportPlace.ts';
import { TrainingRun } from './run.ts';
import { memoryStore } from './snapshot.ts';
import { WebChat } from './webChat.ts';

it('says what the run says', async () => {
  const assets = new Assets(readPublic);
  const preset = recipeOfPreset(await assets.presets(), 'ships-log');
  const own = {
    'train.max_steps': 8,
    'train.learning_rate': 0.02,
    'generate.do_sample': false,
    'generate.max_new_tokens': 12,
  } as const;
  const values = withPatch(preset.values, own);
  const now = steadyClock();
  const answers = new Map<string, string>();
  const run = await TrainingRun.begin({
    assets,
    recipe: { ...preset, values },
    opened: await openBackend({ gpu: null, ort: () => openOrt(), choice: 'ort', now }),
    store: memoryStore(),
    emit: (event) => {
      if (event.type === 'answer' && event.done) answers.set(event.side, event.text);
    },
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  while (!run.finished) await run.next();
  const prompt = 'Where is the boat?';
  for (const side of ['before', 'after'] as const)
    await run.answers.ask(1, [prompt], side, generationOptions(values));
  const files = await memoryExports.take(run.exportPieces('web-q4'));
  const chat = await WebChat.open(() => openOrt(), files, now);
  expect(chat.adapterFile).toBe('model_q4.onnx_data_1');
  const texts: string[] = [];
  const said = await chat.answer(prompt, { adapter: true, device: 'wasm', limit: 12 }, (text) =>
    texts.push(text),
  );
  expect(said.text).toBe(answers.get('after'));
  expect(texts.at(-1)).toBe(said.text);
  expect(texts.length).toBe(said.tokens + 1);
  const base = await chat.answer(prompt, { adapter: false, device: 'wasm', limit: 12 }, () => {});
  expect(base.text).toBe(answers.get('before'));
  expect(base.text).not.toBe(said.text);
  // What it is measured against: this engine, asked the same.
  for (const [adapter, answer] of [
    [true, said],
    [false, base],
  ] as const) {
    const pace = await run.answers.pace(prompt, adapter, 12);
    expect(pace).toMatchObject({ text: answer.text, tokens: answer.tokens });
  }
});
