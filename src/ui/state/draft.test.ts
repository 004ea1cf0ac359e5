// What an address does not hold of a recipe comes back with that address and no other, and never where storage is forbidden or full.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Recipe } from '../../engine/index.ts';
import { readRecipe, recipeJson } from '../../engine/index.ts';
import { presetEntries } from '../testing/presetEntries.ts';
import { draftBytes, forgetDraft, keepDraft, recallDraft } from './draft.ts';
import { presetRecipe } from './recipeEdits.ts';

const ports = { recipeJson, readRecipe };
const [preset] = presetEntries;
const plain = presetRecipe(presetEntries, preset?.id ?? '');
const own: Recipe = { ...plain, data: { name: 'mine.jsonl', text: '{"text":"\u56de\u7b54"}' } };
const hash = '#v=1&preset=a';

let kept: Map<string, string>;
beforeEach(() => {
  kept = new Map();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  });
});
afterEach(() => vi.unstubAllGlobals());

it('brings own rows back with their address alone', async () => {
  keepDraft(own, presetEntries, hash, ports);
  expect(await recallDraft(presetEntries, hash, ports)).toEqual(own);
  expect(await recallDraft(presetEntries, `${hash}&lora.r=4`, ports)).toBeNull();
  expect(await recallDraft(presetEntries, '', ports)).toBeNull();
  expect(draftBytes()).toBeGreaterThan(0);
  forgetDraft();
  expect(await recallDraft(presetEntries, hash, ports)).toBeNull();
});

it('keeps nothing where the address says all, and forgets what it kept', async () => {
  keepDraft(own, presetEntries, hash, ports);
  keepDraft(plain, presetEntries, hash, ports);
  expect(kept.size).toBe(0);
});

it('keeps nothing too large, and is told nothing by what can not be read', async () => {
  keepDraft({ ...own, data: { name: 'a', text: 'x'.repeat(1_000_001) } }, presetEntries, hash, ports);
  expect(kept.size).toBe(0);
  kept.set('lora-playground.draft', `${hash}\n{"version":9}`);
  expect(await recallDraft(presetEntries, hash, ports)).toBeNull();
  vi.stubGlobal('localStorage', undefined);
  expect(await recallDraft(presetEntries, hash, ports)).toBeNull();
});

it('keeps the drafts of two tabs apart, at one address too', async () => {
  const tabs = [new Map<string, string>(), new Map<string, string>()];
  const inTab = (place: number): void => {
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => tabs[place]?.get(key) ?? null,
      setItem: (key: string, value: string) => void tabs[place]?.set(key, value),
    });
  };
  const other: Recipe = { ...plain, data: { name: 'theirs.jsonl', text: '{"text":"another"}' } };
  inTab(0);
  keepDraft(own, presetEntries, hash, ports);
  inTab(1);
  keepDraft(other, presetEntries, hash, ports);
  expect(await recallDraft(presetEntries, hash, ports)).toEqual(other);
  // What the second lets go of is its own.
  keepDraft(plain, presetEntries, hash, ports);
  inTab(0);
  expect(await recallDraft(presetEntries, hash, ports)).toEqual(own);
});
