// A run of a recipe on the CPU, everything that it exports, and our logits on questions, with the adapter and without, in a folder: for the
// scripts that open the files elsewhere.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { isExportRefusal } from '../../src/engine/exchange/exchangeErrors.ts';
import type { ExportFormat } from '../../src/engine/exchange/export/formats.ts';
import { exportFormats } from '../../src/engine/exchange/export/formats.ts';
import type { Recipe } from '../../src/engine/recipe/recipe.ts';
import { withPatch } from '../../src/engine/recipe/recipe.ts';
import type { Assets } from '../../src/engine/session/assets.ts';
import { TrainingRun } from '../../src/engine/session/run.ts';
import { memoryStore } from '../../src/engine/session/snapshot.ts';
import { openBackend } from '../../src/engine/training/backends/openDevice.ts';
import { openOrt } from '../../src/engine/training/backends/ort/openOrt.ts';
import { generationOptions } from '../../src/engine/training/options.ts';

const prompts = ['Where is the mill?', 'Who is the mayor?', 'Write a greeting.'];

export interface ExportedRunOptions {
  readonly formats?: readonly ExportFormat[];
  /** What trains and answers: the oracle, or what is fast enough for a real model. */
  readonly choice?: 'cpu' | 'ort';
}

/** Writes `base/`, a folder a format (or its refusal), logits.json, off.json, ids.json and answers.json. Without `base/` for some formats alone. */
export async function exportedRun(
  assets: Assets,
  recipe: Recipe,
  folder: string,
  { formats = exportFormats, choice = 'cpu' }: ExportedRunOptions = {},
): Promise<void> {
  const now = (): number => performance.now();
  const answers: Record<'before' | 'after', Record<string, string>> = { before: {}, after: {} };
  const opened = await openBackend({ gpu: null, ort: () => openOrt(), choice, now });
  const run = await TrainingRun.begin({
    assets,
    recipe,
    opened,
    store: memoryStore(),
    emit: (event) => {
      if (event.type === 'answer' && event.done) answers[event.side][event.prompt] = event.text;
    },
    now,
    cancelled: () => false,
    breathe: () => Promise.resolve(),
  });
  // Untrained, B is zero: what is merged is the base.
  const bases = [
    ['merged-gguf', 'base'],
    ['merged', 'base-model'],
  ] as const;
  for (const [format, place] of formats === exportFormats ? bases : []) {
    mkdirSync(`${folder}/${place}`, { recursive: true });
    for (const { name, bytes } of await run.exportAs(format, 'float32'))
      writeFileSync(`${folder}/${place}/${name}`, bytes);
  }
  while (!run.finished) await run.next();
  for (const format of formats) {
    const place = `${folder}/${format}`;
    mkdirSync(place, { recursive: true });
    try {
      for (const file of await run.exportAs(format, 'float32')) {
        mkdirSync(dirname(`${place}/${file.name}`), { recursive: true });
        writeFileSync(`${place}/${file.name}`, file.bytes);
      }
    } catch (error) {
      if (!isExportRefusal(error)) throw error;
      writeFileSync(`${place}/refused.txt`, error.message);
    }
  }
  const { tokenizer } = await assets.model(recipe);
  const written: Record<'logits' | 'off' | 'ids', Record<string, readonly number[]>> = {
    logits: {},
    off: {},
    ids: {},
  };
  for (const prompt of prompts) {
    written.logits[prompt] = [...(await run.scores(prompt))];
    written.off[prompt] = [...(await run.scores(prompt, false))];
    const { text } = tokenizer.render([{ role: 'user', content: prompt }], true);
    written.ids[prompt] = tokenizer.encode(text);
  }
  const greedy = generationOptions(
    withPatch(recipe.values, { 'generate.do_sample': false, 'generate.max_new_tokens': 24 }),
  );
  for (const side of ['before', 'after'] as const) await run.answers.ask(1, prompts, side, greedy);
  for (const [name, content] of Object.entries({ ...written, answers }))
    writeFileSync(`${folder}/${name}.json`, JSON.stringify(content));
}
