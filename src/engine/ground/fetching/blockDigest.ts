// What the digests of FIPS 180-4 over blocks of 64 bytes share: pieces of any length become blocks, the end is padded with the length in
// bits, the state is told in hexadecimal digits. Leaves out what is done with a block.

export const BLOCK_BYTES = 64;

export abstract class BlockDigest {
  protected abstract readonly state: Int32Array;
  readonly #rest = new Uint8Array(BLOCK_BYTES);
  #length = 0;

  update(bytes: Uint8Array): this {
    let at = 0;
    const kept = this.#length % BLOCK_BYTES;
    this.#length += bytes.length;
    if (kept > 0) {
      at = Math.min(BLOCK_BYTES - kept, bytes.length);
      this.#rest.set(bytes.subarray(0, at), kept);
      if (kept + at < BLOCK_BYTES) return this;
      this.block(this.#rest, 0);
    }
    for (; at + BLOCK_BYTES <= bytes.length; at += BLOCK_BYTES) this.block(bytes, at);
    this.#rest.set(bytes.subarray(at), 0);
    return this;
  }

  /** Eight hexadecimal digits a word. The end: nothing may be added after it. */
  hex(): string {
    const bits = this.#length * 8;
    const over = this.#length % BLOCK_BYTES;
    const end = new Uint8Array((over < 56 ? 56 : 120) - over + 8);
    end[0] = 0x80;
    const view = new DataView(end.buffer);
    view.setUint32(end.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(end.length - 4, bits >>> 0);
    this.update(end);
    return [...new Uint32Array(this.state)].map((word) => word.toString(16).padStart(8, '0')).join('');
  }

  /** Mixes the block that begins at `from` into the state. */
  protected abstract block(bytes: Uint8Array, from: number): void;
}
