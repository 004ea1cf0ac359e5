// SmolLM2-135M-Instruct from GGUF, from the folder that transformers saves and from ONNX exports: the same 32 tokens, and the same loss of one
// training step. In 4 bits of ONNX Runtime's it is another model by that much: its answer is one of words, its loss near. Each is skipped by name
// where its files are not there (`npm run golden -- smollm2_folder FILE`, `npm run golden -- smollm2_onnx FOLDER`).
import { describe, expect, it } from 'vitest';
import { gpuOrNull } from '../../shaders/testing/gpu.ts';
import { BOUNDS } from '../testing/agreement.ts';
import { goldenSmol, smollm2FolderOrNull, smollm2OrNull } from '../testing/smollm2.ts';
import { greedy, openSmol } from '../testing/smollm2Run.ts';

const gpu = await gpuOrNull();
const sources = [
  ['GGUF', await smollm2OrNull()],
  ['safetensors', await smollm2FolderOrNull()],
  ['ONNX', await smollm2FolderOrNull('-onnx')],
] as const;
const small = await smollm2FolderOrNull('-onnx-q4');
const [answer = expect.unreachable()] = goldenSmol().answers;
const [step = expect.unreachable()] = goldenSmol().steps;
const lossOf = (loss: number): number => Math.abs(loss - step.loss) / step.loss;

describe.skipIf(!gpu)('SmolLM2', () => {
  for (const [name, model] of sources)
    it.skipIf(!model)(`from ${name} says and learns what it does in transformers`, async () => {
      if (!gpu || !model) return;
      const opened = await openSmol(gpu, model);
      expect((await greedy(opened, model, answer.ids, answer.greedy.length)).said).toEqual(answer.greedy);
      expect(lossOf((await opened.trainer.next()).loss)).toBeLessThan(BOUNDS.drift);
    });

  it.skipIf(!small)('from ONNX in 4 bits answers, and learns near it', async () => {
    if (!gpu || !small) return;
    const opened = await openSmol(gpu, small);
    const { said } = await greedy(opened, small, answer.ids, answer.greedy.length);
    console.info(small.tokenizer.decode([...said]), '|', small.tokenizer.decode([...answer.greedy]));
    const { loss } = await opened.trainer.next();
    console.info(loss, step.loss);
    expect(lossOf(loss)).toBeLessThan(0.05);
  });
});
