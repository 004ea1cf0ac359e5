// Numbers as people write them, and nothing else; a long text takes no longer than its length.
import { expect, it } from 'vitest';
import { decimal } from './decimal.ts';

it.each([
  ['1', 1],
  ['-1.', -1],
  ['+.5e-3', 0.0005],
  ['2e4', 20_000],
])('%s is %d', (text, value) => {
  expect(decimal(text)).toBe(value);
});

// Twenty seconds where a run of digits could be split anywhere.
it.each(['', '.', '0x10', ' 1', '1e', 'Infinity', '1e999', `${'1'.repeat(1e5)}x`])(
  '%.12s is none',
  (text) => {
    expect(decimal(text)).toBeNull();
  },
);
