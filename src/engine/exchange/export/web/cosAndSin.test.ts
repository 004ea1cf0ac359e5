// Cosines and sines of products alone against the machine's own, for angles of every size that positions have.
import { expect, it } from 'vitest';
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import { Graph } from '../../../torch/autograd/graph.ts';
import { openOrt } from '../../../training/backends/ort/openOrt.ts';
import { cosAndSin } from './cosAndSin.ts';

it('is right within a millionth', async () => {
  const graph = new Graph();
  const [cos, sin] = cosAndSin(graph, 'x');
  graph.named('cos', cos);
  graph.named('sin', sin);
  const place = (name: string) => ({ name, type: 'float', dims: ['count'] }) as const;
  const { operations, constants } = graph;
  const model = writeOnnx({
    operations,
    constants,
    inputs: [place('x')],
    outputs: [place('cos'), place('sin')],
  });
  const ort = await openOrt();
  const session = await ort.createSession(model, { executionProviders: ['wasm'] });
  // Every angle near a turn's beginning, its quarters and its end, and positions as they are turned.
  const angles = Float32Array.from([
    ...Array.from({ length: 2000 }, (_, i) => (i - 1000) / 100),
    ...Array.from({ length: 400 }, (_, i) => (i * Math.PI) / 4),
    ...Array.from({ length: 3000 }, (_, i) => i * 43.7),
    131_071,
  ]);
  const made = await session.run({ x: new ort.Tensor('float32', angles, [angles.length]) });
  for (const [name, of] of [
    ['cos', Math.cos],
    ['sin', Math.sin],
  ] as const) {
    const got = made[name]?.data;
    if (!(got instanceof Float32Array)) throw new Error(`no ${name}`);
    const worst = Math.max(...angles.map((angle, i) => Math.abs((got[i] ?? Number.NaN) - of(angle))));
    expect(worst, name).toBeLessThan(1e-6);
  }
  await session.release();
});
