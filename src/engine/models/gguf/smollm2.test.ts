// SmolLM2's tokenizer out of its GGUF file against transformers' on 300 lines. transformers reads this file without the split
// at digits that `tokenizer.ggml.pre` asks for; that shows on nine of the lines (tools/golden/smollm2.py).
import { describe, expect, it } from 'vitest';
import { goldenSmol, smollm2OrNull } from '../../testing/smollm2.ts';

const files = await smollm2OrNull();

describe.skipIf(!files)('SmolLM2’s tokenizer (models/SmolLM2-135M-Instruct.Q4_1.gguf)', () => {
  it('gives the ids of the published pre-tokenizer on 300 lines, and transformers’ own on all but nine', () => {
    const { tokens } = goldenSmol();
    expect(tokens.length).toBe(300);
    expect(tokens.filter(({ withoutDigits }) => withoutDigits).length).toBe(9);
    const wrong = tokens.filter(
      ({ text, ids }) => JSON.stringify(files?.tokenizer.encode(text)) !== JSON.stringify(ids),
    );
    expect(
      wrong.slice(0, 3).map(({ text, ids }) => ({ text, ids, got: files?.tokenizer.encode(text) })),
    ).toEqual([]);
  });
});
