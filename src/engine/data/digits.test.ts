// The rewritten pre-tokenizer is the one that SmolLM2's ids were made with (tests/golden/smollm2.json, models/gguf).
import { expect, it } from 'vitest';
import { preTokenizers } from '../models/gguf/preTokenizers.ts';
import { splitAtDigits } from './digits.ts';

const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true } as const;

it('splits at numeric characters of any script, inside a sequence too', () => {
  const published = {
    type: 'Sequence',
    pretokenizers: [{ type: 'Digits', individual_digits: true }, bytes],
  } as const;
  expect(splitAtDigits(published)).toEqual(preTokenizers.get('smollm'));
  const runs = splitAtDigits({ type: 'Digits', individual_digits: false });
  expect(runs).toMatchObject({ type: 'Split', pattern: { Regex: '\\p{N}+' } });
  expect(splitAtDigits(bytes)).toBe(bytes);
});
