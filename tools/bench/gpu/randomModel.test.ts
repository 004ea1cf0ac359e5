// Random models: the shapes that were asked for, in whole blocks, centred on zero.
import { expect, it } from 'vitest';
import { embeddedModel } from '../../../src/engine/models/modelFiles.ts';
import { floatsOf } from '../../../src/engine/models/weightSource.ts';
import { readPublic } from '../../cli/readPublic.ts';
import { randomModel, shapes } from './randomModel.ts';

const embedded = await embeddedModel(readPublic);

it('have the layers and widths of their shape', () => {
  for (const shape of shapes) {
    const { config } = randomModel(embedded, shape);
    expect(config).toMatchObject({ hiddenSize: shape.hidden, layers: shape.layers, headDim: 64 });
  }
});

it('give weights of the usual size around zero, and norms of one', async () => {
  const [small] = shapes;
  if (!small) throw new Error('no shape');
  const source = await randomModel(embedded, small).weights();
  const path = 'model.layers.3.mlp.down_proj.weight';
  expect(source.formatOf(path)).toBe('q4_1');
  const floats = floatsOf(await source.read(path, [576, 1536]));
  expect(floats).toHaveLength(576 * 1536);
  const mean = floats.reduce((sum, value) => sum + value, 0) / floats.length;
  const deviation = Math.sqrt(floats.reduce((sum, value) => sum + value ** 2, 0) / floats.length);
  expect(Math.abs(mean)).toBeLessThan(deviation / 100);
  // Sixteen even steps of 2^-8: their deviation is 2^-8 √((16² - 1) / 12).
  expect(deviation).toBeGreaterThan(0.0179);
  expect(deviation).toBeLessThan(0.0181);
  const norm = floatsOf(await source.read('model.norm.weight', [576]));
  expect(new Set(norm)).toEqual(new Set([1]));
});
