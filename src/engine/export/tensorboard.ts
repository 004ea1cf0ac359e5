// A TensorBoard event file: records of length, masked CRC-32C and a protobuf Event, tags as transformers writes them (train/loss,
// eval/loss). Source: TensorFlow core/lib/io/record_writer.h, core/util/event.proto; numerics reference 6.
import type { StepMetrics } from '../protocol.ts';
import type { ExportFile } from './adapterTensors.ts';

const POLYNOMIAL = 0x82f63b78;
const table = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
  return crc;
});

/** CRC-32C, turned and shifted as the record format wants it. */
function maskedCrc(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (table[(crc ^ byte) & 0xff] ?? 0);
  crc = ~crc >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Protobuf fields, as many as an Event needs. */
class Message {
  readonly #bytes: number[] = [];

  #varint(value: number): void {
    let rest = value;
    while (rest > 127) {
      this.#bytes.push((rest % 128) | 128);
      rest = Math.floor(rest / 128);
    }
    this.#bytes.push(rest);
  }

  #fixed(field: number, wire: number, size: number, write: (view: DataView) => void): this {
    this.#varint(field * 8 + wire);
    const view = new DataView(new ArrayBuffer(size));
    write(view);
    this.#bytes.push(...new Uint8Array(view.buffer));
    return this;
  }

  double(field: number, value: number): this {
    return this.#fixed(field, 1, 8, (view) => view.setFloat64(0, value, true));
  }

  float(field: number, value: number): this {
    return this.#fixed(field, 5, 4, (view) => view.setFloat32(0, value, true));
  }

  int(field: number, value: number): this {
    this.#varint(field * 8);
    this.#varint(value);
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#varint(field * 8 + 2);
    this.#varint(value.length);
    this.#bytes.push(...value);
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  whole(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

function record(event: Message): Uint8Array {
  const payload = event.whole();
  const length = new Uint8Array(8);
  new DataView(length.buffer).setUint32(0, payload.length, true);
  const out = new Uint8Array(12 + payload.length + 4);
  const view = new DataView(out.buffer);
  out.set(length);
  view.setUint32(8, maskedCrc(length), true);
  out.set(payload, 12);
  view.setUint32(12 + payload.length, maskedCrc(payload), true);
  return out;
}

function scalar(wallTime: number, step: number, tag: string, value: number): Uint8Array {
  const point = new Message().text(1, tag).float(2, value).whole();
  const summary = new Message().bytes(1, point).whole();
  return record(new Message().double(1, wallTime).int(2, step).bytes(5, summary));
}

interface EventLog {
  readonly metrics: readonly StepMetrics[];
  /** Seconds since 1970. */
  readonly writtenAt: number;
}

/** `events.out.tfevents.…`: every number of every step, at the time at which the step ended. */
export function eventFile({ metrics, writtenAt }: EventLog): ExportFile {
  const total = metrics.reduce((sum, { stepMs }) => sum + stepMs, 0) / 1000;
  let time = writtenAt - total;
  const records = [record(new Message().double(1, time).text(3, 'brain.Event:2'))];
  for (const step of metrics) {
    time += step.stepMs / 1000;
    const at = (tag: string, value: number): Uint8Array => scalar(time, step.step, tag, value);
    records.push(
      at('train/loss', step.loss),
      at('train/grad_norm', step.gradNorm),
      at('train/learning_rate', step.learningRate),
      at('train/mean_token_accuracy', step.meanTokenAccuracy),
      at('train/epoch', step.epoch),
    );
    if (step.evalLoss !== null) records.push(at('eval/loss', step.evalLoss));
  }
  const bytes = new Uint8Array(records.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of records) {
    bytes.set(part, at);
    at += part.length;
  }
  return { name: `events.out.tfevents.${Math.floor(writtenAt)}.lora-playground.0.0`, bytes };
}
