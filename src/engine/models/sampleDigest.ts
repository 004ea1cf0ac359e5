// What tells model files apart in links and snapshots: 16 hexadecimal digits of sizes and of samples all over them. No protection against
// a forged file.
import { FNV_SEEDS, fnv, hexadecimal } from '../ground/digest.ts';
import type { ByteSource } from '../ground/formats/byteSource.ts';

const SAMPLES = 16;
const SAMPLE_BYTES = 2 ** 16;

/** Of one file or several, in the order given. */
export async function sampleDigest(sources: readonly ByteSource[]): Promise<string> {
  let hashes = FNV_SEEDS;
  for (const source of sources) {
    hashes = fnv(hashes, new TextEncoder().encode(String(source.size)));
    for (let i = 0; i < SAMPLES; i++) {
      const length = Math.min(SAMPLE_BYTES, source.size);
      const offset = Math.floor(((source.size - length) * i) / (SAMPLES - 1));
      hashes = fnv(hashes, await source.read(offset, length));
    }
  }
  return hexadecimal(hashes);
}
