// What all optimisers share: which tensors decay, which learn faster or not at all, and their names. The steps themselves are held to
// the libraries beside the kernels (src/shaders/adamw, sgd, lion, adafactor).
import { describe, expect, it } from 'vitest';
import type { Adapter } from '../nn/module.ts';
import { parameter } from '../nn/module.ts';
import type { AdapterLayout } from '../trainedLayout.ts';
import { optimizerNames } from './names.ts';
import { optimizers } from './optimizers.ts';
import { rateTable, tensorTable } from './update.ts';

const layer = 'base_model.model.model.layers.0.self_attn.q_proj';

/** Tensors of these shapes, each on a multiple of 64, the first two an adapter's factors; `rest` floats behind them belong to none. */
function layoutOf(
  shapes: readonly (readonly [name: string, shape: readonly number[]])[],
  rest = 0,
): AdapterLayout {
  let total = 0;
  const named = shapes.map(([name, shape]) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const offset = total;
    total += 64 * Math.ceil(length / 64);
    return { name, parameter: parameter('weight', shape), offset, length };
  });
  const [a, b] = named.map((tensor) => tensor.parameter);
  const lowRank = a && b && { a, b, rank: 8, scale: 1, dropout: 0, made: null, modules: { a: 'a', b: 'b' } };
  const adapter: Adapter = {
    type: 'a pair of factors',
    trained: a && b ? [a, b] : [],
    lowRank: lowRank ?? null,
    inputScale: null,
    outputScale: null,
    instead: null,
  };
  const tensors = named.map((tensor) => {
    const mine = adapter.trained.includes(tensor.parameter) ? adapter : null;
    return { ...tensor, module: layer, adapterName: 'default', part: tensor.name, adapter: mine };
  });
  return {
    tensors,
    total: total + rest,
    adapters: [],
    factors: new Map(),
    byParameter: new Map(tensors.map((tensor) => [tensor.parameter, tensor])),
  };
}

const layout = layoutOf(
  [
    [`${layer}.lora_A.default.weight`, [8, 10]],
    [`${layer}.lora_B.default.weight`, [16, 8]],
    [`${layer}.bias`, [16]],
    ['base_model.model.model.norm.weight', [16]],
  ],
  64,
);
/** [weight decay, factor] of each block of 64. */
const pairs = (table: Float32Array): number[][] =>
  Array.from({ length: table.length / 2 }, (_, i) => [...table.subarray(2 * i, 2 * i + 2)]);

describe('rateTable', () => {
  it('lets weights decay, biases and norms not, and nothing move that is no tensor', () => {
    const table = rateTable(layout, { weightDecay: 0.5, loraPlusRatio: 0 }, () => true);
    expect(pairs(table)).toEqual([
      [0.5, 1],
      [0.5, 1],
      [0.5, 1],
      [0.5, 1],
      [0, 1],
      [0, 1],
      [0, -1],
    ]);
  });

  it('leaves alone what gets no gradient', () => {
    const table = rateTable(layout, { weightDecay: 0.5, loraPlusRatio: 0 }, (index) => index !== 1);
    expect(pairs(table).map(([, factor]) => factor)).toEqual([1, 1, -1, -1, 1, 1, -1]);
  });

  it('lets lora_B and one-dimensional tensors learn faster under LoRA+', () => {
    const table = rateTable(layout, { weightDecay: 0, loraPlusRatio: 16 }, () => true);
    expect(pairs(table).map(([, factor]) => factor)).toEqual([1, 1, 16, 16, 16, 16, -1]);
  });
});

it('tells the norm of each tensor where it lies, padding left out', () => {
  const tensors = [0, 80, 128, 128, 256, 16, 320, 16];
  // Behind them the stretches of each, and the stretches: one a tensor, for they are short.
  expect([...tensorTable(layout)]).toEqual([...tensors, 0, 1, 1, 1, 2, 1, 3, 1, ...tensors]);
});

it('knows the optimisers by the names of TrainingArguments', () => {
  expect(Object.keys(optimizers)).toEqual(optimizerNames);
  expect(new Set(Object.values(optimizers)).size).toBe(optimizerNames.length);
});

it('corrects the bias of AdamW by the number of the step', () => {
  const options = { beta1: 0.5, beta2: 0.75, eps: 0 };
  expect(optimizers.adamw_torch.numbers(1, options)).toEqual({
    biasCorrection1: 0.5,
    biasCorrection2: 0.25,
  });
  expect(optimizers.adamw_torch.numbers(2, options)).toEqual({
    biasCorrection1: 0.75,
    biasCorrection2: 1 - 0.75 ** 2,
  });
});
