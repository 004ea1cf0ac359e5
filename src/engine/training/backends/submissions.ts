// Sends the dispatches of a plan in submissions, and times some runs so that the next are cut by what the device took (pace.ts). Nothing
// waits for a measurement: it arrives while later work is queued.
import { MAP_READ } from '../../../shaders/host/bufferUsage.ts';
import type { PreparedDispatch } from '../../../shaders/host/dispatch.ts';
import { encodeDispatch } from '../../../shaders/host/dispatch.ts';
import type { RunCounters } from './backend.ts';
import type { KernelTimer } from './kernelTimer.ts';
import { DeviceRate, Pace } from './pace.ts';

/** Runs of a plan that are timed: the first ones, then one of so many. */
const TIMED_AT_FIRST = 6;
const TIMED_EVERY = 32;
/** Submissions that one query set can tell apart. */
const MOST_TIMED = 2048;

/** How often a plan ran, and how it is cut. */
export interface Paced {
  readonly pace: Pace;
  runs: number;
}

interface Stamps {
  readonly queries: GPUQuerySet;
  readonly resolved: GPUBuffer;
  readonly staging: GPUBuffer;
}

export class Submissions {
  readonly #device: GPUDevice;
  /** --profile: every dispatch has timestamps of its own, and submissions have none. */
  readonly #timer: KernelTimer | null;
  readonly #now: () => number;
  readonly #targetMs: number | undefined;
  readonly #rate = new DeviceRate();
  #stamps: Stamps | null = null;
  /** A measurement that has not arrived. */
  #measuring = false;

  constructor(
    device: GPUDevice,
    options: {
      readonly timer: KernelTimer | null;
      readonly now: () => number;
      readonly targetMs: number | undefined;
    },
  ) {
    this.#device = device;
    this.#timer = options.timer;
    this.#now = options.now;
    this.#targetMs = options.targetMs;
  }

  /** `work`: operations of each dispatch. */
  paced(work: readonly number[]): Paced {
    return { pace: new Pace(work, this.#rate, this.#targetMs), runs: 0 };
  }

  send(dispatches: readonly PreparedDispatch[], paced: Paced, counters: RunCounters): void {
    const { ends } = paced.pace;
    const due = paced.runs < TIMED_AT_FIRST || paced.runs % TIMED_EVERY === 0;
    const timed = due && !this.#measuring && !this.#timer && ends.length <= MOST_TIMED;
    const stamps = timed ? this.#clock() : null;
    const started = this.#now();
    paced.runs += 1;
    for (const [i, end] of ends.entries()) {
      const batch = dispatches.slice(ends[i - 1] ?? 0, end);
      const encoder = this.#device.createCommandEncoder();
      if (this.#timer) this.#timer.encode(encoder, batch);
      else {
        const pass = encoder.beginComputePass(
          stamps
            ? {
                timestampWrites: {
                  querySet: stamps.queries,
                  beginningOfPassWriteIndex: 2 * i,
                  endOfPassWriteIndex: 2 * i + 1,
                },
              }
            : {},
        );
        for (const dispatch of batch) encodeDispatch(pass, dispatch);
        pass.end();
      }
      if (stamps && i === ends.length - 1) {
        encoder.resolveQuerySet(stamps.queries, 0, 2 * ends.length, stamps.resolved, 0);
        encoder.copyBufferToBuffer(stamps.resolved, 0, stamps.staging, 0, 16 * ends.length);
      }
      this.#device.queue.submit([encoder.finish()]);
    }
    counters.dispatches += dispatches.length;
    counters.submits += ends.length;
    if (timed && ends.length > 0) void this.#measure(paced.pace, stamps, ends.length, started);
  }

  destroy(): void {
    this.#stamps?.queries.destroy();
    this.#stamps?.resolved.destroy();
    this.#stamps?.staging.destroy();
    this.#stamps = null;
  }

  /** null where the device has no timestamps. */
  #clock(): Stamps | null {
    if (this.#stamps || !this.#device.features.has('timestamp-query')) return this.#stamps;
    const size = MOST_TIMED * 16;
    this.#stamps = {
      queries: this.#device.createQuerySet({ type: 'timestamp', count: MOST_TIMED * 2 }),
      resolved: this.#device.createBuffer({ label: 'timestamps', size, usage: 0x200 | 0x04 }),
      staging: this.#device.createBuffer({ label: 'timestamps', size, usage: MAP_READ }),
    };
    return this.#stamps;
  }

  async #measure(pace: Pace, stamps: Stamps | null, count: number, started: number): Promise<void> {
    this.#measuring = true;
    try {
      if (!stamps) {
        await this.#device.queue.onSubmittedWorkDone();
        pace.measuredTogether(this.#now() - started);
        return;
      }
      const { staging } = stamps;
      await staging.mapAsync(1, 0, 16 * count);
      const times = new BigUint64Array(staging.getMappedRange(0, 16 * count).slice(0));
      staging.unmap();
      pace.measured(
        Array.from({ length: count }, (_, i) =>
          Math.max(0, Number((times[2 * i + 1] ?? 0n) - (times[2 * i] ?? 0n)) / 1e6),
        ),
      );
    } catch {
      // The device is gone, and whoever waits for it is told; there is nothing to cut any more.
    } finally {
      this.#measuring = false;
    }
  }
}
