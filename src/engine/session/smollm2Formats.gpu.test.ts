// SmolLM2-135M-Instruct from GGUF, from the folder that transformers saves and from ONNX exports: the same 32 tokens and the same loss of one
// training step as in transformers. In 4 bits of ONNX Runtime's it is another model by that much, and is held to a folder with the numbers
// that ONNX Runtime computes with. Each is skipped by name without its files (`npm run golden -- smollm2_folder FILE`, `-- smollm2_onnx FOLDER`).
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import type { ModelFiles } from '../models/modelFiles.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { goldenSmol, smollm2FolderOrNull, smollm2OrNull } from '../testing/smollm2.ts';
import { greedy, openSmol } from '../testing/smollm2Run.ts';

const gpu = await gpuOrNull();
const sources = [
  ['GGUF', await smollm2OrNull()],
  ['safetensors', await smollm2FolderOrNull()],
  ['ONNX', await smollm2FolderOrNull('-onnx')],
] as const;
const [inBits, inFloats] = [await smollm2FolderOrNull('-onnx-q4'), await smollm2FolderOrNull('-q4')];
const [answer = expect.unreachable()] = goldenSmol().answers;
const [step = expect.unreachable()] = goldenSmol().steps;

/** 32 tokens after the first prompt, and the loss of a training step. */
async function saidAndLearnt(
  model: ModelFiles,
): Promise<{ readonly said: readonly number[]; readonly loss: number }> {
  if (!gpu) return { said: [], loss: Number.NaN };
  const opened = await openSmol(gpu, model);
  const { said } = await greedy(opened, model, answer.ids, answer.greedy.length);
  const { loss } = await opened.trainer.next();
  return { said, loss };
}

describe.skipIf(!gpu)('SmolLM2', () => {
  for (const [name, model] of sources)
    it.skipIf(!model)(`from ${name} says and learns what it does in transformers`, async () => {
      if (!model) return;
      const { said, loss } = await saidAndLearnt(model);
      expect(said).toEqual(answer.greedy);
      expect(Math.abs(loss - step.loss) / step.loss).toBeLessThan(BOUNDS.drift);
    });

  it.skipIf(!inBits || !inFloats)('from ONNX in 4 bits does what its numbers do in floats', async () => {
    if (!inBits || !inFloats) return;
    const [bits, floats] = [await saidAndLearnt(inBits), await saidAndLearnt(inFloats)];
    expect(bits.said).toEqual(floats.said);
    expect(Math.abs(bits.loss - floats.loss) / floats.loss).toBeLessThan(BOUNDS.drift);
  });
});
