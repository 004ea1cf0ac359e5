// Git's name of a file against Node's own SHA-1, for every length around a block and however the bytes are cut.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { gitName } from './sha1.ts';

const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * 131 + (i >> 8)) & 255);
const truth = (part: Uint8Array): string =>
  createHash('sha1').update(`blob ${part.length}\0`).update(part).digest('hex');

it('is the digest of the standard at every length about a block', () => {
  for (let length = 0; length <= 200; length++) {
    const part = bytes.subarray(0, length);
    expect(gitName(length).update(part).hex()).toBe(truth(part));
  }
});

it.each([1, 63, 64, 65, 4096])('does not care how the bytes are cut: pieces of %i', (piece) => {
  const sha = gitName(bytes.length);
  for (let at = 0; at < bytes.length; at += piece) sha.update(bytes.subarray(at, at + piece));
  expect(sha.hex()).toBe(truth(bytes));
});

it('is what git itself says of an empty file', () => {
  expect(gitName(0).hex()).toBe('e69de29bb2d1d6434b8b29ae775ad8c2e48c5391');
});
