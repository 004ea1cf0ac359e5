// How long the device works on a pass: by its own timestamps where it offers them, else from the submission to its end. One pass at a time.
import { MAP_READ } from './bufferUsage.ts';

interface Stamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
}

export class DeviceClock {
  readonly #device: GPUDevice;
  readonly #now: () => number;
  readonly #stamps: Stamps | null;

  constructor(device: GPUDevice, now: () => number) {
    this.#device = device;
    this.#now = now;
    this.#stamps = device.features.has('timestamp-query')
      ? {
          queries: device.createQuerySet({ type: 'timestamp', count: 2 }),
          resolved: device.createBuffer({ label: 'timestamps', size: 16, usage: 0x200 | 0x04 }),
          staging: device.createBuffer({ label: 'timestamps', size: 16, usage: MAP_READ }),
        }
      : null;
  }

  /** Milliseconds of one pass, sent alone. */
  async time(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const started = this.#now();
    const stamps = this.#stamps;
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass(
      stamps
        ? {
            timestampWrites: {
              querySet: stamps.queries,
              beginningOfPassWriteIndex: 0,
              endOfPassWriteIndex: 1,
            },
          }
        : {},
    );
    encode(pass);
    pass.end();
    if (!stamps) {
      this.#device.queue.submit([encoder.finish()]);
      await this.#device.queue.onSubmittedWorkDone();
      return this.#now() - started;
    }
    const { queries, resolved, staging } = stamps;
    encoder.resolveQuerySet(queries, 0, 2, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, staging, 0, 16);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const [begin = 0n, end = 0n] = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.unmap();
    // A clock that stands still or runs backwards is none.
    return end > begin ? Number(end - begin) / 1e6 : this.#now() - started;
  }

  destroy(): void {
    this.#stamps?.queries.destroy();
    this.#stamps?.resolved.destroy();
    this.#stamps?.staging.destroy();
  }
}
