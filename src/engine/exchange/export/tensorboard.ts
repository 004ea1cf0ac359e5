// A TensorBoard event file: records of length, masked CRC-32C and a protobuf Event, tags as transformers writes them (train/loss,
// eval/loss). Source: TensorFlow core/lib/io/record_writer.h, core/util/event.proto; numerics reference 6.
import { Message } from '../../ground/formats/protobuf.ts';
import type { Recipe } from '../../recipe/recipe.ts';
import { loggedWindows, meanOf } from '../../training/logged.ts';
import type { StepMetrics } from '../../training/metrics.ts';
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

function record(event: Message): Uint8Array {
  const payload = event.done();
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
  const point = new Message().text(1, tag).float(2, value).done();
  const summary = new Message().bytes(1, point).done();
  return record(new Message().double(1, wallTime).number(2, step).bytes(5, summary));
}

interface EventLog {
  readonly metrics: readonly StepMetrics[];
  /** Which of them are logged. */
  readonly recipe: Pick<Recipe, 'values' | 'changes'>;
  /** Seconds since 1970. */
  readonly writtenAt: number;
}

/** `events.out.tfevents.…`: every number of every log, at the time at which its step ended. */
export function eventFile({ metrics, recipe, writtenAt }: EventLog): ExportFile {
  const total = metrics.reduce((sum, { stepMs }) => sum + stepMs, 0) / 1000;
  let time = writtenAt - total;
  const records = [record(new Message().double(1, time).text(3, 'brain.Event:2'))];
  const windows = loggedWindows(metrics, recipe);
  for (const step of metrics) {
    time += step.stepMs / 1000;
    const at = (tag: string, value: number): Uint8Array => scalar(time, step.step, tag, value);
    const since = windows.get(step.step);
    if (since)
      records.push(
        at(
          'train/loss',
          meanOf(since, ({ loss }) => loss),
        ),
        at('train/grad_norm', step.gradNorm),
        at('train/learning_rate', step.learningRate),
        at(
          'train/mean_token_accuracy',
          meanOf(since, ({ meanTokenAccuracy }) => meanTokenAccuracy),
        ),
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
