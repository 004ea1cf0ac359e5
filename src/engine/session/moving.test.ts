// A saved run goes on on another backend, and back: the same losses, but for roundings.
import { expect, it } from 'vitest';
import { expectSameRun, movedRun } from '../testing/movedRun.ts';
import { openOrt } from '../training/backends/ort/openOrt.ts';

const machines = { gpu: null, ort: await openOrt() };

it('from TypeScript to ONNX Runtime and back', async () => {
  const unbroken = await movedRun(['cpu', 'cpu', 'cpu', 'cpu'], machines);
  expectSameRun(await movedRun(['cpu', 'ort', 'cpu', 'ort'], machines), unbroken);
});

it('from ONNX Runtime to itself, bit for bit', async () => {
  const way = ['ort', 'ort', 'ort'] as const;
  expect(await movedRun(way, machines)).toEqual(await movedRun(way, machines));
});
