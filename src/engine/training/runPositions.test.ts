// How far a run's tables of rotations go, and which model's positions end before its rows do.
import { expect, it } from 'vitest';
import { UserError } from '../ground/errors.ts';
import { parseConfig } from '../models/families.ts';
import { goldenFamilies } from '../testing/familyCases.ts';
import { assertPositions, runPositions } from './runPositions.ts';

const configOf = (name: string) =>
  parseConfig(goldenFamilies.cases.find((own) => own.name === name)?.config ?? {});
const batches = (tokens: number, evaluated = 16) => ({
  train: { rows: 2, tokens },
  test: { rows: 2, tokens: evaluated },
});

it('come from batches and answers, and from no context that a model could have', () => {
  const config = { ...configOf('qwen3'), maxPositions: 2 ** 17 };
  expect(runPositions(config, batches(64))).toBe(1024);
  expect(runPositions(config, batches(64, 4096))).toBe(4096);
  expect(runPositions({ ...config, maxPositions: 64 }, batches(80))).toBe(80);
});

it('a rotation that changes beyond them is refused there, any other goes on', () => {
  expect(() => assertPositions(configOf('llama, linear rope'), batches(80))).not.toThrow();
  expect(() => assertPositions(configOf('llama, dynamic rope'), batches(64))).not.toThrow();
  for (const long of [batches(80), batches(16, 80)])
    expect(() => assertPositions(configOf('llama, dynamic rope'), long)).toThrow(UserError);
});
