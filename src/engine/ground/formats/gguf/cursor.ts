// Reads little-endian values from the beginning of a file of which only a prefix is held. Every refusal names the file, the
// section, the byte and a remedy; every length is checked against what the file has left before anything is made of it.
import type { UserError } from '../../errors.ts';
import type { Text } from '../../text.ts';
import { text } from '../../text.ts';
import type { GgufError, Section } from '../formatErrors.ts';
import { ggufCut, ggufDamaged } from '../formatErrors.ts';

/** Thrown when the prefix ends before the header does: the reader fetches more and begins again. */
export class NeedMore extends Error {
  readonly bytes: number;

  constructor(bytes: number) {
    super('internal: more of the file is needed');
    this.bytes = bytes;
  }
}

const MAX_STRING_BYTES = 2 ** 24;

const strict = new TextDecoder('utf-8', { fatal: true });

export class Cursor {
  section: Section = 'header';
  at = 0;
  /** Entries of lists that were read. */
  values = 0;
  readonly #file: string;
  readonly #prefix: Uint8Array;
  readonly #view: DataView;
  readonly #size: number;

  constructor(file: string, prefix: Uint8Array, size: number) {
    this.#file = file;
    this.#prefix = prefix;
    this.#view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.#size = size;
  }

  /** Bytes of the file behind the cursor. */
  get left(): number {
    return this.#size - this.at;
  }

  broken(found: Text, at = this.at, kind: GgufError = ggufDamaged): UserError {
    return kind({ file: this.#file, section: this.section, offset: at, found });
  }

  #take(bytes: number): number {
    if (bytes > this.left)
      throw this.broken(
        text(
          `the file ends here: ${bytes} bytes are due, ${this.left} are left`,
          `文件到此为止：还需 ${bytes} 字节，只剩 ${this.left}`,
        ),
        this.at,
        ggufCut,
      );
    if (this.at + bytes > this.#prefix.byteLength) throw new NeedMore(this.at + bytes);
    const from = this.at;
    this.at += bytes;
    return from;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }
  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }
  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }
  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }
  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }
  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }
  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }
  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }
  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }
  i64(): bigint {
    return this.#view.getBigInt64(this.#take(8), true);
  }

  /** A u64 that counts something; refused above `most`. */
  count(what: Text, most: number): number {
    const at = this.at;
    const value = this.u64();
    if (value > BigInt(most))
      throw this.broken(
        text(`${what.en} is ${value}, at most ${most} can be`, `${what.zh}为 ${value}，最多只能是 ${most}`),
        at,
      );
    return Number(value);
  }

  string(what: Text): string {
    const length = this.count(
      text(`the length of ${what.en}`, `${what.zh}的长度`),
      Math.min(MAX_STRING_BYTES, Math.max(0, this.left - 8)),
    );
    const from = this.#take(length);
    try {
      return strict.decode(this.#prefix.subarray(from, from + length));
    } catch {
      throw this.broken(text(`${what.en} is not UTF-8`, `${what.zh}不是 UTF-8`), from);
    }
  }
}
