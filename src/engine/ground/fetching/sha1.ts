// SHA-1 (FIPS 180-4) piece by piece, for one thing: the name that git gives to a file's bytes, by which a hub knows its small files.
// It tells a damaged file from a whole one and proves nothing against whoever means harm; SHA-256 stands in sha256.ts.
import { BLOCK_BYTES, BlockDigest } from './blockDigest.ts';

const turned = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

class Sha1 extends BlockDigest {
  protected override readonly state = Int32Array.of(
    0x67452301,
    0xefcdab89,
    0x98badcfe,
    0x10325476,
    0xc3d2e1f0,
  );
  readonly #words = new Int32Array(80);
  protected override block(bytes: Uint8Array, from: number): void {
    const w = this.#words;
    const view = new DataView(bytes.buffer, bytes.byteOffset + from, BLOCK_BYTES);
    for (let i = 0; i < 16; i++) w[i] = view.getInt32(4 * i);
    for (let i = 16; i < 80; i++)
      w[i] = turned((w[i - 3] ?? 0) ^ (w[i - 8] ?? 0) ^ (w[i - 14] ?? 0) ^ (w[i - 16] ?? 0), 1);
    const { state } = this;
    let a = state[0] ?? 0;
    let b = state[1] ?? 0;
    let c = state[2] ?? 0;
    let d = state[3] ?? 0;
    let e = state[4] ?? 0;
    for (let i = 0; i < 80; i++) {
      // Of four stretches of rounds: choice, parity, majority, parity.
      const mixed =
        i < 20
          ? ((b & c) | (~b & d)) + 0x5a827999
          : i < 40
            ? (b ^ c ^ d) + 0x6ed9eba1
            : i < 60
              ? ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc
              : (b ^ c ^ d) + 0xca62c1d6;
      const next = (turned(a, 5) + mixed + e + (w[i] ?? 0)) | 0;
      e = d;
      d = c;
      c = turned(b, 30);
      b = a;
      a = next;
    }
    state[0] = (state[0] ?? 0) + a;
    state[1] = (state[1] ?? 0) + b;
    state[2] = (state[2] ?? 0) + c;
    state[3] = (state[3] ?? 0) + d;
    state[4] = (state[4] ?? 0) + e;
  }
}

/** What git calls a file of so many bytes, once they have all been given to it. */
export const gitName = (sizeBytes: number): Sha1 =>
  new Sha1().update(new TextEncoder().encode(`blob ${sizeBytes}\0`));
