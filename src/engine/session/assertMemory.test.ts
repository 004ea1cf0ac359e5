// A run that the machine can't hold is refused before it begins, where that is known.
import { expect, it } from 'vitest';
import type { DeviceInfo } from '../training/backends/deviceInfo.ts';
import type { CostEstimate } from '../training/cost.ts';
import { assertMemory } from './assertMemory.ts';

const memory = {
  ...{ weightsBytes: 1, adapterBytes: 1, optimizerBytes: 1, activationBytes: 1, scratchBytes: 1 },
  ...{ generationBytes: 1, peakBytes: 2 ** 33 },
};
const estimate: CostEstimate = {
  memory,
  lessBytes: null,
  halved: false,
  flopsPerStep: 1,
  dispatchesPerStep: 1,
  steps: 1,
};
const cpu: DeviceInfo = {
  backend: 'cpu',
  reason: 'chosen',
  trouble: null,
  compared: null,
  adapter: null,
  features: [],
  limits: {},
  threads: null,
};
const adapter = { vendor: 'v', architecture: 'a', device: 'd', description: '', fallback: false };
const gpu: DeviceInfo = { ...cpu, backend: 'webgpu', reason: null, adapter };
const judge = (device: DeviceInfo, bytes: number | null) => () => assertMemory(estimate, { device }, bytes);

it('is refused on the CPU and on an adapter in software, whose memory is the machine’s', () => {
  const software = { ...gpu, adapter: { ...adapter, fallback: true } };
  for (const device of [cpu, software]) {
    expect(judge(device, 2 ** 32)).toThrow(/8589934592 bytes.*4294967296/);
    expect(judge(device, 2 ** 33)).not.toThrow();
  }
});

it('is let be where nobody knows: on a GPU of its own memory, and in a browser that does not tell', () => {
  expect(judge(gpu, 2 ** 32)).not.toThrow();
  expect(judge(cpu, null)).not.toThrow();
});
