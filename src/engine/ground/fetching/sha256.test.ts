// SHA-256 against Node's own, for every length around a block and however the bytes are cut.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { Sha256 } from './sha256.ts';

const bytes = Uint8Array.from({ length: 70_001 }, (_, i) => (i * 131 + (i >> 8)) & 255);
const truth = (part: Uint8Array): string => createHash('sha256').update(part).digest('hex');

it('is the digest of the standard at every length about a block', () => {
  for (let length = 0; length <= 200; length++) {
    const part = bytes.subarray(0, length);
    expect(new Sha256().update(part).hex()).toBe(truth(part));
  }
});

it.each([1, 7, 63, 64, 65, 4096, 70_001])('does not care how the bytes are cut: pieces of %i', (piece) => {
  const sha = new Sha256();
  for (let at = 0; at < bytes.length; at += piece) sha.update(bytes.subarray(at, at + piece));
  expect(sha.hex()).toBe(truth(bytes));
});
