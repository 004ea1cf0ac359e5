// Snapshots survive their bytes, and a torn or changed one is noticed; the older whole one is then used.
import { expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { defaultValues } from '../recipe/recipe.ts';
import { sampleProgram } from '../testing/sampleProgram.ts';
import { savedOf } from '../testing/savedRun.ts';
import { checksum, encodeSnapshot, HEADER_BYTES } from './snapshot.ts';
import { assertFits, decodeSnapshot, lookFor, newestSnapshot } from './snapshotDecode.ts';

const snapshot = savedOf;

it('round trips, bit for bit', () => {
  const made = snapshot(7);
  expect(decodeSnapshot(encodeSnapshot(made))).toEqual(made);
});

it('keeps numbers that JSON does not have', () => {
  const made = snapshot(2);
  const [first, second] = made.metrics;
  if (!first || !second) throw new Error('two steps');
  const odd = { ...first, gradNorm: Number.POSITIVE_INFINITY, entropy: Number.NaN };
  const metrics = [odd, { ...second, evalLoss: Number.NEGATIVE_INFINITY }];
  expect(decodeSnapshot(encodeSnapshot({ ...made, metrics }))).toEqual({ ...made, metrics });
});

/** A snapshot whose JSON was changed by hand, with a checksum that fits again. */
function forged(change: (json: Record<string, unknown>) => unknown): Uint8Array<ArrayBuffer> {
  const bytes = encodeSnapshot(snapshot(7));
  const length = new DataView(bytes.buffer).getUint32(8, true);
  const json: Record<string, unknown> = JSON.parse(
    new TextDecoder().decode(bytes.subarray(HEADER_BYTES, HEADER_BYTES + length)),
  );
  const changed = change(json);
  const text = new TextEncoder().encode(typeof changed === 'string' ? changed : JSON.stringify(changed));
  const all = new Uint8Array(HEADER_BYTES + text.length + bytes.length - HEADER_BYTES - length);
  all.set(bytes.subarray(0, HEADER_BYTES));
  all.set(text, HEADER_BYTES);
  all.set(bytes.subarray(HEADER_BYTES + length), HEADER_BYTES + text.length);
  const view = new DataView(all.buffer);
  view.setUint32(8, text.length, true);
  view.setUint32(4, checksum(all.subarray(HEADER_BYTES)), true);
  return all;
}

type Json = Record<string, unknown>;
const inRecipe = (json: Json, patch: Json): Json => ({
  ...json,
  recipe: { ...Object(json.recipe), ...patch },
});
const inValues = (json: Json, patch: Json): Json =>
  inRecipe(json, { values: { ...Object(Object(json.recipe).values), ...patch } });

const lies: readonly (readonly [string, (json: Json) => unknown, RegExp])[] = [
  ['a step beyond the run', (json) => ({ ...json, step: 1e9 }), /step: expected at most 60, got 1000000000/],
  [
    'a run as long as its step',
    (json) => ({ ...json, step: 1e9, totalSteps: 1e9 }),
    /metrics: expected 1000000000/,
  ],
  ['half a step', (json) => ({ ...json, step: 0.5 }), /step: expected/],
  ['a step before the first', (json) => ({ ...json, step: -1 }), /step: expected/],
  [
    'a step in words',
    (json) => ({ ...json, step: '7' }),
    /step: expected a whole number from 0 to \d+, got "7"/,
  ],
  [
    'metrics of another step',
    (json) => ({ ...json, metrics: [...Object(json.metrics)].reverse() }),
    /metrics\.0\.step/,
  ],
  ['no metrics', (json) => ({ ...json, metrics: null }), /metrics: expected a list, got null/],
  ['a loss in words', (json) => ({ ...json, metrics: [{ loss: 'low' }] }), /metrics\.0\.\w+: expected/],
  ['arrays of other lengths', (json) => ({ ...json, lengths: [4, 4] }), /lengths: expected 12 floats, got 8/],
  ['arrays of huge lengths', (json) => ({ ...json, lengths: [1e15, 4, 4] }), /lengths: expected 12 floats/],
  [
    'a best of a later step',
    (json) => ({ ...json, best: { step: 9, evalLoss: 1, waited: 0, adapter: null } }),
    /best\.step/,
  ],
  [
    'a best without its array',
    (json) => ({ ...json, best: { step: 7, evalLoss: 1, waited: 0, adapter: null }, lengths: [12] }),
    /best\.adapter/,
  ],
  ['no recipe', ({ recipe: _, ...json }) => json, /recipe: expected an object, got –/],
  [
    'a preset that is a number',
    (json) => inRecipe(json, { preset: 3 }),
    /recipe\.preset: expected text, got 3/,
  ],
  [
    'questions that are none',
    (json) => inRecipe(json, { prompts: null }),
    /recipe\.prompts: expected a list, got null/,
  ],
  ['a setting out of range', (json) => inValues(json, { 'lora.r': -4 }), /lora\.r: expected/],
  ['a setting of a newer page', (json) => inValues(json, { 'lora.unheard_of': 1 }), /lora\.unheard_of/],
  ['a list', () => [], /expected an object, got \[\]/],
  ['no JSON', () => '{"step": 7', /JSON: expected an object/],
];

it.each(lies)('refuses %s, although its checksum holds', (_, change, words) => {
  expect(() => decodeSnapshot(forged(change))).toThrow(UserError);
  expect(() => decodeSnapshot(forged(change))).toThrow(words);
});

it('gives settings that an older page did not have their defaults', () => {
  const older = forged((json) => inRecipe(json, { values: { 'lora.r': 2 } }));
  expect(decodeSnapshot(older).recipe.values).toEqual({ ...defaultValues, 'lora.r': 2 });
});

it('refuses numbers that are none, and names where they stand', () => {
  const made = snapshot(7);
  const optimizer = [Float32Array.of(0, 0, Number.NaN, 0)];
  const bytes = encodeSnapshot({ ...made, state: { ...made.state, optimizer } });
  expect(() => decodeSnapshot(bytes)).toThrow(/state 1\[2\]: expected a finite number, got NaN/);
});

it('refuses what another recipe’s trainer left', () => {
  const trainer = { stateLengths: [4, 4, 4], totalSteps: 60 };
  expect(() => assertFits(snapshot(7), trainer)).not.toThrow();
  expect(() => assertFits(snapshot(7), { ...trainer, stateLengths: [8, 8, 8] })).toThrow(
    /lengths: expected 8, 8, 8/,
  );
  expect(() => assertFits(snapshot(7), { ...trainer, totalSteps: 30 })).toThrow(
    /totalSteps: expected 30, got 60/,
  );
});

it('keeps a script with the infinities that Python has, and refuses a damaged one', () => {
  const made = snapshot(7);
  const whole = { ...made, recipe: { ...made.recipe, program: sampleProgram } };
  expect(decodeSnapshot(encodeSnapshot(whole))).toEqual(whole);
  const { source: _, ...program } = sampleProgram;
  const damaged = forged((json) => inRecipe(json, { program }));
  expect(() => decodeSnapshot(damaged)).toThrow(/recipe\.program\.source: expected text, got –/);
});

it('refuses every truncation and every changed byte', () => {
  const bytes = encodeSnapshot(snapshot(1));
  for (let length = 0; length < bytes.length; length += 7)
    expect(() => decodeSnapshot(bytes.slice(0, length))).toThrow(UserError);
  for (let at = 0; at < bytes.length; at += 11) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    expect(() => decodeSnapshot(changed)).toThrow(UserError);
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

it('tells why what is there can’t be used, where there is nothing else', async () => {
  const [bad, older] = [forged((json) => ({ ...json, step: 1e9 })), encodeSnapshot(snapshot(5))];
  const storeOf = (...all: readonly Uint8Array<ArrayBuffer>[]) => ({
    save: () => Promise.resolve(),
    load: () => Promise.resolve(all),
    clear: () => Promise.resolve(),
  });
  expect((await lookFor(storeOf(bad))).refusal?.code).toBe('saved-unreadable');
  expect(await lookFor(storeOf(bad, older))).toMatchObject({ snapshot: { totalSteps: 60 }, refusal: null });
});
