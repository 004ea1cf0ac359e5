// Gradients on ONNX Runtime against central differences of the loss in float64, in every family and with masks; and its sums over long rows,
// which are made in parts because it adds one number after another.
import { describe, expect, it } from 'vitest';
import { F32_ROUNDOFF, sumBound } from '../../../../shaders/testing/tolerance.ts';
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import { goldenFamilies } from '../../../testing/familyCases.ts';
import { expectSlope, slopes } from '../../../testing/slopes.ts';
import { Graph } from '../../../torch/autograd/graph.ts';
import { openOrt } from './openOrt.ts';
import { OrtBackend } from './ortBackend.ts';

const runtime = await openOrt();

describe('gradients', () => {
  it.each(goldenFamilies.cases.map(({ name }) => [name]))('of %s', async (family) => {
    expectSlope(await slopes({ family }, new OrtBackend(runtime)));
  });

  const norms = { 'peft.peft_type': 'LN_TUNING', 'lora.target_modules': 'None' } as const;
  it.each([
    [
      "gpt2's dropouts",
      { family: 'gpt2', config: { attn_pdrop: 0.25, embd_pdrop: 0.25, resid_pdrop: 0.25 } },
    ],
    ['tuned LayerNorms', { family: 'gpt2', patch: norms }],
    [
      'tuned norms of heads',
      { family: 'qwen3', patch: { ...norms, 'lora.target_modules': '["q_norm", "norm"]' } },
    ],
    ["an adapter's dropout", { family: 'qwen2', patch: { 'lora.lora_dropout': 0.25 } }],
  ])('of %s', async (_, run) => {
    expectSlope(await slopes(run, new OrtBackend(runtime)));
  });
});

describe('sums', () => {
  const sumOf = async (values: Float32Array, dims: readonly number[], make: (graph: Graph) => string) => {
    const graph = new Graph();
    const made = make(graph);
    const model = writeOnnx({
      ...{ operations: graph.operations, constants: graph.constants },
      inputs: [{ name: 'x', type: 'float', dims }],
      outputs: [{ name: made, type: 'float', dims: null }],
    });
    const session = await runtime.createSession(model, { executionProviders: ['wasm'] });
    const { data } = (await session.run({ x: new runtime.Tensor('float32', values, dims) }))[made] ?? {};
    await session.release();
    return data instanceof Float32Array ? (data[0] ?? Number.NaN) : Number.NaN;
  };

  // The vocabularies of SmolLM2 and of GPT-2, and a prime.
  it.each([49152, 50257, 32003])('of a row of %i are as exact as their parts are long', async (length) => {
    const values = new Float32Array(length).fill(0.1);
    const want = length * Math.fround(0.1);
    const parts = 2 * Math.ceil(Math.sqrt(length)) + 1;
    const got = await sumOf(values, [1, length], (graph) => graph.rowSum('x', length));
    expect(Math.abs(got - want)).toBeLessThanOrEqual(sumBound(parts, want));
  });

  it('over tokens are rounded once', async () => {
    const values = new Float32Array(4096).fill(0.1);
    const want = 4096 * Math.fround(0.1);
    const got = await sumOf(values, [4096, 1], (graph) => graph.total('x'));
    expect(Math.abs(got - want)).toBeLessThanOrEqual(F32_ROUNDOFF * want);
  });
});
