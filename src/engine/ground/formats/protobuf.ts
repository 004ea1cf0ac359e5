// Protobuf messages, written field by field: what an event file and an ONNX model need, no more.
// Source: protobuf encoding guide (varints, wire types 0, 1, 2, 5).

export class Message {
  readonly #bytes: number[] = [];

  #varint(value: number): void {
    let rest = value;
    while (rest >= 128) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  #fixed(field: number, wire: number, size: number, write: (view: DataView) => void): this {
    this.#varint(field * 8 + wire);
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    for (const byte of new Uint8Array(view.buffer)) this.#bytes.push(byte);
    return this;
  }

  /** A whole number of at least 0. */
  number(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  double(field: number, value: number): this {
    return this.#fixed(field, 1, 8, (view) => view.setFloat64(0, value, true));
  }

  float(field: number, value: number): this {
    return this.#fixed(field, 5, 4, (view) => view.setFloat32(0, value, true));
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    for (const byte of value) this.#bytes.push(byte);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  message(field: number, value: Message): this {
    return this.bytes(field, value.done());
  }

  done(): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(this.#bytes);
  }
}
