// Which files are offered first, and what they take: a named one, one that is here, the checkpoint, the best bargain among GGUF files.
import { expect, test } from 'vitest';
import type { CostEstimate } from '../../../engine/index.ts';
import type { HubView } from '../../../engine/protocol.ts';
import type { Choice } from './choice.ts';
import { estimateOf, fileOf, firstChoice, isWhole } from './choice.ts';

const one = (file: string | null, bytes: number | null = 100, keptBytes = 0): Choice => ({
  file,
  bytes,
  keptBytes,
});
const view = (...choices: Choice[]): HubView => ({
  id: 'a/b',
  revision: 'c',
  gated: false,
  licence: null,
  page: '',
  choices,
});

test('a file is named behind the repository, not in an address', () => {
  expect(fileOf('a/b@main:x.Q4_K_M.gguf')).toBe('x.Q4_K_M.gguf');
  expect(fileOf('a/b:Q4')).toBe('Q4');
  expect(fileOf('a/b@main')).toBeNull();
  expect(fileOf('https://host:81/a/b.gguf')).toBeNull();
});

test('first what was named, then what is here, the checkpoint, the best bargain, any', () => {
  const files = [one('a.F16.gguf'), one('a.Q8_0.gguf'), one('a.Q4_0.gguf'), one('a.Q4_K_M.gguf')];
  const all = view(one(null), ...files);
  expect(firstChoice(all, 'q8')?.file).toBe('a.Q8_0.gguf');
  expect(firstChoice(all, null)?.file).toBeNull();
  expect(firstChoice(view(one(null), one('a.F16.gguf', 100, 100)), null)?.file).toBe('a.F16.gguf');
  expect(firstChoice(view(...files), null)?.file).toBe('a.Q4_K_M.gguf');
  expect(firstChoice(view(...files), 'none of them')?.file).toBe('a.Q4_K_M.gguf');
  expect(firstChoice(view(one('a.IQ4_NL.gguf')), null)?.file).toBe('a.IQ4_NL.gguf');
  expect(firstChoice(view(), null)).toBeUndefined();
});

test('all of a file is here when all its bytes are, and nobody knows of a file without a size', () => {
  expect([isWhole(one('a', 9, 9)), isWhole(one('a', 9, 8)), isWhole(one('a', null, 8))]).toEqual([
    true,
    false,
    false,
  ]);
});

test('the weights of a GGUF file are as large as the file, everything else as the configuration says', () => {
  const memory = {
    weightsBytes: 1000,
    adapterBytes: 1,
    optimizerBytes: 2,
    activationBytes: 3,
    scratchBytes: 4,
    generationBytes: 5,
    peakBytes: 1015,
  };
  const told: CostEstimate = {
    memory,
    lessBytes: 1012,
    halved: false,
    flopsPerStep: 1,
    dispatchesPerStep: 1,
    steps: 1,
  };
  expect(estimateOf(told, one(null, 2000))).toBe(told);
  expect(estimateOf(told, one('a.gguf', null))).toBe(told);
  const small = estimateOf(told, one('a.gguf', 300));
  expect(small.memory).toEqual({ ...memory, weightsBytes: 300, peakBytes: 315 });
  expect(small.lessBytes).toBe(312);
});
