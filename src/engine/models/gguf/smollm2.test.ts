// SmolLM2's tokenizer out of its GGUF file against transformers reading the same file: 300 lines.
import { describe, expect, it } from 'vitest';
import { goldenSmol, smollm2OrNull } from '../../testing/smollm2.ts';

const files = await smollm2OrNull();

describe.skipIf(!files)('SmolLM2’s tokenizer (models/SmolLM2-135M-Instruct.Q4_1.gguf)', () => {
  it('gives transformers’ ids on 300 lines', () => {
    const { tokens } = goldenSmol();
    expect(tokens.length).toBe(300);
    const wrong = tokens.filter(
      ({ text, ids }) => JSON.stringify(files?.tokenizer.encode(text)) !== JSON.stringify(ids),
    );
    expect(
      wrong.slice(0, 3).map(({ text, ids }) => ({ text, ids, got: files?.tokenizer.encode(text) })),
    ).toEqual([]);
  });
});
