// A web export goes out a tensor at a time: none of its files is whole in memory, and no weight is read before its turn.
import { expect, it } from 'vitest';
import { embeddedModel } from '../../../models/modelFiles.ts';
import type { WeightSource } from '../../../models/weightSource.ts';
import { readPublic } from '../../../testing/embedded.ts';
import { familyPatch, goldenFamilies, stepOf } from '../../../testing/familyCases.ts';
import { openTiny } from '../../../testing/tinyLlama.ts';
import { CpuBackend } from '../../../training/backends/cpuBackend.ts';
import { webFiles } from './webFolder.ts';

it.each(['float32', 'float16', 'packed'] as const)('%s', async (type) => {
  const [own] = goldenFamilies.cases;
  if (!own) throw new Error('no case');
  const backend = new CpuBackend({ precision: 'float32' });
  const tiny = await openTiny(backend, own.config, stepOf(own, 'f32'), familyPatch);
  const { config, wired, layout, source, adapter: values } = tiny;
  const adapter = { root: wired.root, layout, values, config, base: '', peftVersion: '', recipe: '' };
  let [read, largestTensor] = [0, 0];
  const counting: WeightSource = {
    ...source,
    read: async (name, shape) => {
      read += 1;
      const stored = await source.read(name, shape);
      largestTensor = Math.max(largestTensor, 4 * stored.count);
      return stored;
    },
  };
  const model = {
    ...(await embeddedModel(readPublic)),
    config,
    weights: () => Promise.resolve(counting),
  };
  const sizes = new Map<string, number[]>();
  let handed = 0;
  for await (const { name, bytes } of webFiles(
    model,
    adapter,
    { quantType: null, doubleQuant: false },
    type,
  )) {
    sizes.set(name, [...(sizes.get(name) ?? []), bytes.length]);
    if (!name.includes('_data')) continue;
    handed += 1;
    expect(read, 'nothing is read before it is wanted').toBeLessThanOrEqual(handed);
  }
  expect(read).toBeGreaterThan(10);
  const [data = []] = [...sizes].filter(([name]) => name.endsWith('.onnx_data')).map(([, own]) => own);
  const [largest, whole] = [Math.max(...data), data.reduce((sum, size) => sum + size, 0)];
  expect(largest).toBeLessThanOrEqual(largestTensor);
  expect(whole).toBeGreaterThan(3 * largest);
  // Each file in one go, so that it can be written as it comes.
  const order = [...sizes.keys()];
  expect(order).toEqual([...new Set(order)]);
});
