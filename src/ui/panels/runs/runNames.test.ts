// What kept runs are called where nobody named them: by what differs among them, by the time only where
// nothing does.
import i18next from 'i18next';
import { expect, it } from 'vitest';
import type { RecipePatch } from '../../../engine/index.ts';
import { withPatch } from '../../../engine/index.ts';
import type { KeptRun } from '../../../engine/protocol.ts';
import { presetRecipe } from '../../state/recipeEdits.ts';
import { presetEntries } from '../../testing/presetEntries.ts';
import { enRuns } from '../../texts/enRuns.ts';
import { startTexts } from '../../texts/i18n.ts';
import { runNames } from './runNames.ts';

startTexts('en');
i18next.addResourceBundle('en', 'runs', enRuns);
const naming = { t: i18next.getFixedT('en', 'runs'), language: 'en', presets: presetEntries } as const;

function kept(id: string, patch: RecipePatch = {}, more: Partial<KeptRun> = {}): KeptRun {
  const { values, ...recipe } = presetRecipe(presetEntries, 'ships-log');
  return {
    ...{
      id,
      name: '',
      at: Date.UTC(2026, 10, 29, 12),
      bytes: 1,
      rowsName: null,
      rowsDigest: '',
      device: 'cpu',
    },
    ...{ step: 1, totalSteps: 1, trainedMs: 1, curve: [], before: [], after: [], said: [] },
    recipe: { ...recipe, values: withPatch(values, patch) },
    ...more,
  };
}
const namesOf = (...runs: readonly KeptRun[]) => [...runNames(naming, runs).values()];

it('says what differs, and nothing of how questions are answered', () => {
  expect(namesOf(kept('a', { 'lora.r': 16, 'generate.max_new_tokens': 3 }))).toEqual(['Ship’s log, r 16']);
  expect(namesOf(kept('a', { 'train.seed': 7, 'lora.r': 4 }), kept('b', { 'train.seed': 7 }))).toEqual([
    'Ship’s log, r 4',
    'Ship’s log, r 8',
  ]);
  expect(
    namesOf(
      kept('a'),
      kept('b', { 'lora.r': 16, 'generate.max_new_tokens': 3 }),
      kept('c', { 'lora.r': 16 }, { rowsName: 'mine.jsonl' }),
    ),
  ).toEqual(['Ship’s log, r 8', 'Ship’s log, r 16', 'Ship’s log, mine.jsonl, r 16']);
});

it('stays short, and keeps the name that a person gave', () => {
  const many = { 'lora.r': 16, 'lora.lora_alpha': 32, 'train.seed': 1, 'train.max_steps': 9 } as const;
  expect(namesOf(kept('a', many))[0]).toMatch(/^Ship’s log, r 16, .+, .+, …$/);
  expect(namesOf(kept('a', many, { name: 'mine' }), kept('b', {}, { name: 'mine' }))).toEqual([
    'mine',
    'mine',
  ]);
});

it('tells two of the same recipe by when they began', () => {
  const later = Date.UTC(2026, 10, 29, 13);
  const names = namesOf(kept('a'), kept('b', {}, { at: later }), kept('c', { 'lora.r': 16 }));
  expect(new Set(names).size).toBe(3);
  expect(names.map((name) => name.startsWith('Ship’s log, '))).toEqual([true, true, true]);
  expect(names[2]).toBe('Ship’s log, r 16');
});
