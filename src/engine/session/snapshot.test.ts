// Snapshots survive their bytes, and a torn or changed one is noticed; the older whole one is then used.
import { expect, it } from 'vitest';
import { defaultValues } from '../recipe/recipe.ts';
import { sampleProgram } from '../testing/sampleProgram.ts';
import type { Snapshot } from './snapshot.ts';
import { encodeSnapshot } from './snapshot.ts';
import { decodeSnapshot, newestSnapshot } from './snapshotDecode.ts';

const snapshot = (step: number): Snapshot => ({
  recipe: { preset: 'ships-log', values: defaultValues, data: { name: 'é.jsonl', text: '{"text":"你好"}' } },
  state: {
    step,
    adapter: Float32Array.of(1, -0, 1e-45, 3.5),
    best: null,
    optimizer: [Float32Array.of(0.1, 0.2, 0.3, 0.4), Float32Array.of(1e-9, 2, 3, 4)],
  },
  metrics: [],
  totalSteps: 60,
  before: [{ prompt: 'Where?', text: 'There.' }],
  device: 'webgpu:mesa/software',
});

it('round trips, bit for bit', () => {
  const made = snapshot(7);
  expect(decodeSnapshot(encodeSnapshot(made))).toEqual(made);
});

it('keeps numbers that JSON does not have', () => {
  const metrics = {
    ...{ step: 1, loss: 2, gradNorm: Number.POSITIVE_INFINITY, learningRate: 1e-3, epoch: 1, tokens: 3 },
    ...{ paddedTokens: 3, tokensPerSecond: 1, meanTokenAccuracy: 0, entropy: Number.NaN, evalLoss: null },
    ...{ stepMs: 1, etaMs: 1, tensorNorms: [] },
  };
  const made = { ...snapshot(7), metrics: [metrics, { ...metrics, evalLoss: Number.NEGATIVE_INFINITY }] };
  expect(decodeSnapshot(encodeSnapshot(made))).toEqual(made);
});

it('keeps a script with the infinities that Python has, and is none where the script is damaged', () => {
  const { recipe } = snapshot(7);
  const made = { ...snapshot(7), recipe: { ...recipe, program: sampleProgram } };
  expect(decodeSnapshot(encodeSnapshot(made))).toEqual(made);
  const { source: _, ...program } = sampleProgram;
  const damaged = { ...made, recipe: { ...recipe, program: JSON.parse(JSON.stringify(program)) } };
  expect(decodeSnapshot(encodeSnapshot(damaged))).toBeNull();
});

it('is none where a newer page wrote settings that this one does not know', () => {
  const { recipe } = snapshot(7);
  const newer = { ...snapshot(7), recipe: { ...recipe, values: { ...defaultValues, 'lora.unheard_of': 1 } } };
  expect(decodeSnapshot(encodeSnapshot(newer))).toBeNull();
});

it('refuses every truncation and every changed byte', () => {
  const bytes = encodeSnapshot(snapshot(7));
  for (let length = 0; length < bytes.length; length += 7)
    expect(decodeSnapshot(bytes.slice(0, length))).toBeNull();
  for (let at = 0; at < bytes.length; at += 11) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    expect(decodeSnapshot(changed)).toBeNull();
  }
});

it('falls back to the older file when the newer is torn', async () => {
  const [older, newer] = [encodeSnapshot(snapshot(5)), encodeSnapshot(snapshot(9))];
  const store = {
    save: () => Promise.resolve(),
    load: () => Promise.resolve([newer.slice(0, newer.length - 3), older]),
    clear: () => Promise.resolve(),
  };
  expect((await newestSnapshot(store))?.state.step).toBe(5);
});
