// SmolLM2 from the folder that transformers saves, beside the GGUF file that it was read from: the same tokens, and every weight the same
// bits. Without the two its test is skipped by name (`npm run golden -- smollm2_folder FILE`).
import { describe, expect, it } from 'vitest';
import { goldenSmol, smollm2FolderOrNull, smollm2OrNull } from '../../testing/smollm2.ts';
import { modelTensors } from '../weightPlaces.ts';
import { floatsOf } from '../weightSource.ts';

const [file, folder] = await Promise.all([smollm2OrNull(), smollm2FolderOrNull()]);

describe.skipIf(!file || !folder)('SmolLM2 as safetensors (models/SmolLM2-135M-Instruct)', () => {
  it('is the model of the GGUF file', async () => {
    if (!file || !folder) return;
    expect(folder.config).toEqual(file.config);
    for (const { text, ids } of goldenSmol().tokens) expect(folder.tokenizer.encode(text), text).toEqual(ids);
    const [own, other] = await Promise.all([folder.weights(), file.weights()]);
    const wrong: string[] = [];
    for (const [name, shape] of modelTensors(file.config)) {
      const [got, want] = [floatsOf(await own.read(name, shape)), floatsOf(await other.read(name, shape))];
      if (!Buffer.from(got.buffer).equals(Buffer.from(want.buffer))) wrong.push(name);
    }
    expect(wrong).toEqual([]);
  });
});
