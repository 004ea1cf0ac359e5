// Time per kernel for --profile: one pass and two timestamps a dispatch. Slower than a plain replay; never used otherwise.
import type { PreparedDispatch } from '../../../shaders/host/dispatch.ts';
import { encodeDispatch } from '../../../shaders/host/dispatch.ts';

const MAX_QUERIES = 4096;

export class KernelTimer {
  readonly #device: GPUDevice;
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  #names: string[] = [];
  readonly #total = new Map<string, number>();

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#queries = device.createQuerySet({ type: 'timestamp', count: MAX_QUERIES });
    this.#resolved = device.createBuffer({ label: 'timestamps', size: MAX_QUERIES * 8, usage: 0x200 | 0x04 });
  }

  /** Encodes a batch, each dispatch in a pass of its own. Dispatches beyond the query set run untimed until `take`. */
  encode(encoder: GPUCommandEncoder, batch: readonly PreparedDispatch[]): void {
    for (const dispatch of batch) {
      const at = this.#names.length * 2;
      const timed = at + 1 < MAX_QUERIES;
      const pass = encoder.beginComputePass(
        timed
          ? {
              timestampWrites: {
                querySet: this.#queries,
                beginningOfPassWriteIndex: at,
                endOfPassWriteIndex: at + 1,
              },
            }
          : {},
      );
      if (timed) this.#names.push(dispatch.name);
      encodeDispatch(pass, dispatch);
      pass.end();
    }
  }

  /** Milliseconds by kernel since the last call. */
  async take(): Promise<ReadonlyMap<string, number>> {
    const count = this.#names.length * 2;
    if (count === 0) return new Map();
    const staging = this.#device.createBuffer({ size: count * 8, usage: 0x09 });
    const encoder = this.#device.createCommandEncoder();
    encoder.resolveQuerySet(this.#queries, 0, count, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, staging, 0, count * 8);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(1);
    const times = new BigUint64Array(staging.getMappedRange().slice(0));
    staging.destroy();
    this.#total.clear();
    this.#names.forEach((name, i) => {
      const spent = Number((times[2 * i + 1] ?? 0n) - (times[2 * i] ?? 0n)) / 1e6;
      this.#total.set(name, (this.#total.get(name) ?? 0) + spent);
    });
    this.#names = [];
    return new Map(this.#total);
  }
}
