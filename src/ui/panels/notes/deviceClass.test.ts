// Devices of links as people read them, also those that say little of themselves.
import { expect, it } from 'vitest';
import { deviceClassWords } from './deviceClass.ts';

it('names a device without the marks that a link puts between its parts', () => {
  expect(deviceClassWords('webgpu:nvidia/ampere')).toBe('WebGPU (nvidia ampere)');
  expect(deviceClassWords('webgpu:nvidia/')).toBe('WebGPU (nvidia)');
  expect(deviceClassWords('webgpu:/')).toBe('WebGPU');
  expect(deviceClassWords('cpu')).toBe('CPU');
  expect(deviceClassWords('toaster')).toBe('toaster');
});
