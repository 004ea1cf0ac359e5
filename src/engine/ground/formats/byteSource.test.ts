// Ranges of blobs; one that ends before its time is named with what came.
import { expect, it } from 'vitest';
import { blobSource } from './byteSource.ts';

const bytes = Uint8Array.from({ length: 1000 }, (_, i) => (i * 37) & 255);

it('reads a range from a blob', async () => {
  const source = blobSource('b', new Blob([bytes]));
  expect(source.size).toBe(1000);
  expect(await source.read(123, 456)).toEqual(bytes.slice(123, 579));
});

it('says so when bytes are not there', async () => {
  await expect(blobSource('cut.gguf', new Blob([bytes])).read(990, 20)).rejects.toThrow(
    /cut\.gguf: bytes 990 to 1010 can't be read \(only 10 bytes came\)/,
  );
});
