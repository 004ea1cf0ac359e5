// Time per kernel for --profile: one pass and two timestamps a dispatch, however many there are. Slower than a plain replay; never used
// otherwise.
import { MAP_READ } from '../../../shaders/host/bufferUsage.ts';
import type { PreparedDispatch } from '../../../shaders/host/dispatch.ts';
import { encodeDispatch } from '../../../shaders/host/dispatch.ts';

/** The most that a query set may hold. */
const MAX_QUERIES = 4096;

/** A set of timestamps, and the dispatches that they stand around. Resolved when it is full, read when its submission was sent, used again. */
interface Group {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
  readonly names: string[];
}

export class KernelTimer {
  readonly #device: GPUDevice;
  readonly #perGroup: number;
  readonly #spare: Group[] = [];
  /** Resolved in submissions that were sent. */
  readonly #reading = new Set<Promise<void>>();
  /** Resolved in a submission that is still being encoded. */
  #resolving: Group[] = [];
  #current: Group | null = null;
  #total = new Map<string, number>();

  constructor(device: GPUDevice, queries = MAX_QUERIES) {
    this.#device = device;
    this.#perGroup = queries / 2;
  }

  /** Encodes a batch of one submission, each dispatch in a pass of its own. */
  encode(encoder: GPUCommandEncoder, batch: readonly PreparedDispatch[]): void {
    this.#readSent();
    for (const dispatch of batch) {
      const group = this.#room();
      const at = group.names.length * 2;
      const pass = encoder.beginComputePass({
        timestampWrites: {
          querySet: group.queries,
          beginningOfPassWriteIndex: at,
          endOfPassWriteIndex: at + 1,
        },
      });
      group.names.push(dispatch.name);
      encodeDispatch(pass, dispatch);
      pass.end();
      if (group.names.length === this.#perGroup) this.#resolve(encoder);
    }
  }

  /** Milliseconds by kernel since the last call. */
  async take(): Promise<ReadonlyMap<string, number>> {
    if (this.#current && this.#current.names.length > 0) {
      const encoder = this.#device.createCommandEncoder();
      this.#resolve(encoder);
      this.#device.queue.submit([encoder.finish()]);
    }
    this.#readSent();
    await Promise.all(this.#reading);
    const total = this.#total;
    this.#total = new Map();
    return total;
  }

  #room(): Group {
    this.#current ??= this.#spare.pop() ?? this.#group();
    return this.#current;
  }

  #group(): Group {
    const size = this.#perGroup * 16;
    return {
      queries: this.#device.createQuerySet({ type: 'timestamp', count: this.#perGroup * 2 }),
      resolved: this.#device.createBuffer({ label: 'timestamps', size, usage: 0x200 | 0x04 }),
      staging: this.#device.createBuffer({ label: 'timestamps', size, usage: MAP_READ }),
      names: [],
    };
  }

  #resolve(encoder: GPUCommandEncoder): void {
    const group = this.#current;
    if (!group) return;
    const count = group.names.length * 2;
    encoder.resolveQuerySet(group.queries, 0, count, group.resolved, 0);
    encoder.copyBufferToBuffer(group.resolved, 0, group.staging, 0, count * 8);
    this.#resolving.push(group);
    this.#current = null;
  }

  /** A buffer can be read from the moment that the commands which fill it were sent. */
  #readSent(): void {
    for (const group of this.#resolving) {
      const reading = this.#read(group).finally(() => this.#reading.delete(reading));
      this.#reading.add(reading);
    }
    this.#resolving = [];
  }

  async #read(group: Group): Promise<void> {
    const { staging, names } = group;
    await staging.mapAsync(1, 0, names.length * 16);
    const times = new BigUint64Array(staging.getMappedRange(0, names.length * 16).slice(0));
    staging.unmap();
    for (const [i, name] of names.entries()) {
      const spent = Number((times[2 * i + 1] ?? 0n) - (times[2 * i] ?? 0n)) / 1e6;
      this.#total.set(name, (this.#total.get(name) ?? 0) + spent);
    }
    names.length = 0;
    this.#spare.push(group);
  }
}
