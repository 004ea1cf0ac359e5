// SmolLM2 from the folder that transformers saves and from ONNX exports, beside the GGUF file that they were made of: the same tokens, and every
// weight the same bits; in 4 bits, those that ONNX Runtime computes with. Each is skipped by name without its files (`npm run golden --
// smollm2_folder FILE`, `npm run golden -- smollm2_onnx FOLDER`).
import { describe, expect, it } from 'vitest';
import { goldenSmol, smollm2FolderOrNull, smollm2OrNull } from '../../testing/smollm2.ts';
import type { ModelFiles } from '../modelFiles.ts';
import { modelTensors } from '../weightPlaces.ts';
import { floatsOf } from '../weightSource.ts';

const pairs = [
  ['safetensors (models/SmolLM2-135M-Instruct)', await smollm2FolderOrNull(), await smollm2OrNull()],
  ['ONNX (…-onnx)', await smollm2FolderOrNull('-onnx'), await smollm2OrNull()],
  ['ONNX in 4 bits (…-onnx-q4)', await smollm2FolderOrNull('-onnx-q4'), await smollm2FolderOrNull('-q4')],
] as const;

async function expectSame(model: ModelFiles, as: ModelFiles): Promise<void> {
  expect(model.config).toEqual(as.config);
  for (const { text, ids } of goldenSmol().tokens) expect(model.tokenizer.encode(text), text).toEqual(ids);
  const [own, other] = await Promise.all([model.weights(), as.weights()]);
  const wrong: string[] = [];
  for (const [name, shape] of modelTensors(as.config)) {
    // A negative scale times nought is −0, and 0 in the product that it was read off.
    const [got, want] = [own, other].map((weights) => weights.read(name, shape).then(floatsOf));
    const [a, b] = [(await got)?.map((one) => one + 0), (await want)?.map((one) => one + 0)];
    if (!a || !b || !Buffer.from(a.buffer).equals(Buffer.from(b.buffer))) wrong.push(name);
  }
  expect(wrong).toEqual([]);
}

describe('SmolLM2', () => {
  for (const [name, model, as] of pairs)
    it.skipIf(!model || !as)(`as ${name} is the model of the file`, async () => {
      if (model && as) await expectSame(model, as);
    });
});
