// Devices of links as people read them, also those that say little of themselves.
import { expect, it } from 'vitest';
import { deviceClassWords, moveOf } from './deviceClass.ts';

it('names a device without the marks that a link puts between its parts', () => {
  expect(deviceClassWords('webgpu:nvidia/ampere')).toBe('WebGPU (nvidia ampere)');
  expect(deviceClassWords('webgpu:nvidia/')).toBe('WebGPU (nvidia)');
  expect(deviceClassWords('webgpu:/')).toBe('WebGPU');
  expect(deviceClassWords('ort-webgpu:nvidia/ampere')).toBe('ONNX Runtime on WebGPU (nvidia ampere)');
  expect(deviceClassWords('cpu')).toBe('CPU');
  expect(deviceClassWords('toaster')).toBe('toaster');
});

it('says from where to where a saved run moves, and nothing where it stays', () => {
  const ort = {
    backend: 'ort',
    reason: 'no-webgpu',
    trouble: null,
    adapter: null,
    features: [],
    limits: {},
    threads: null,
    compared: null,
  } as const;
  expect(moveOf('webgpu:nvidia/ampere', ort)).toEqual({ from: 'WebGPU (nvidia ampere)', to: 'ONNX Runtime' });
  expect(moveOf('ort', ort)).toBeNull();
  expect(moveOf('cpu', { ...ort, backend: 'cpu' })).toBeNull();
  expect(moveOf('ort', { ...ort, backend: 'cpu' })).toEqual({ from: 'ONNX Runtime', to: 'CPU' });
  expect(moveOf('cpu', null)).toBeNull();
});
