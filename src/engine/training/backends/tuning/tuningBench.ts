// What a choice is measured on: operations on a tape of their own, over zeroed buffers, timed on the device's clock where it has one. The
// calls are those that a run makes under the same profile. Chooses nothing.
import { MAP_READ, STORAGE } from '../../../../shaders/host/bufferUsage.ts';
import type { BufferRange, PreparedDispatch } from '../../../../shaders/host/dispatch.ts';
import { encodeDispatch, prepareCalls } from '../../../../shaders/host/dispatch.ts';
import { Pipelines } from '../../../../shaders/host/pipelines.ts';
import { STEP_SIZE_BYTES } from '../../../../shaders/lib/step.ts';
import { invariant } from '../../../ground/errors.ts';
import type { KernelProfile, Ref } from '../../../torch/autograd/operation.ts';
import { makePlan } from '../../../torch/autograd/plan.ts';
import { Tape } from '../../../torch/autograd/tape.ts';
import type { Value } from '../../../torch/autograd/value.ts';
import { bindingOf } from '../binding.ts';
import type { Variants } from '../variants.ts';
import { chooseFastest, warmUp } from './choose.ts';

export interface Workload {
  /** Floats of its named buffers. */
  readonly buffers: Readonly<Record<string, number>>;
  /** Records it; answers what must be computed although nobody reads it. */
  readonly record: (tape: Tape) => readonly Value[];
}

/** A candidate and the profile under which it runs. */
export type Candidate<T> = readonly [value: T, profile: Variants];

/** One run at most so long on an idle device: it takes the larger shapes. */
const FAST_MS = 1;

interface Prepared {
  readonly dispatches: readonly PreparedDispatch[];
  readonly made: readonly GPUBuffer[];
}

function release({ made }: Prepared): void {
  for (const buffer of made) buffer.destroy();
}

/** Whether two candidates run the same kernels over as many workgroups: a choice that does not show here. */
const sameWork = (a: Prepared, b: Prepared): boolean =>
  a.dispatches.length === b.dispatches.length &&
  a.dispatches.every(({ pipeline, workgroups }, i) => {
    const other = b.dispatches[i];
    return pipeline === other?.pipeline && workgroups.join() === other.workgroups.join();
  });

export class TuningBench {
  readonly features: ReadonlySet<string>;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #now: () => number;
  readonly #clock: DeviceClock | null;
  /** Whether its shapes may be those of a large model. */
  fast = false;

  constructor(device: GPUDevice, now: () => number) {
    this.#device = device;
    this.#now = now;
    this.features = device.features;
    this.#pipelines = new Pipelines(device);
    this.#clock = device.features.has('timestamp-query') ? new DeviceClock(device) : null;
  }

  /** Brings the clocks up, by work of a kind that is measured later. */
  async warm(workload: Workload, profile: Variants): Promise<void> {
    const prepared = await this.#prepare(workload, profile);
    await this.#time(prepared, 1);
    const ms = await warmUp((_, repeats) => this.#time(prepared, repeats));
    this.fast = ms < FAST_MS;
    release(prepared);
  }

  /** The fastest candidate. */
  async fastest<T>(candidates: readonly Candidate<T>[], workload: Workload): Promise<T> {
    const [portable] = candidates;
    invariant(portable, 'tuning: no candidate');
    if (candidates.length === 1) return portable[0];
    const prepared: Prepared[] = [];
    const values: T[] = [];
    for (const [value, profile] of candidates) {
      const one = await this.#prepare(workload, profile);
      const known = prepared.some((other) => sameWork(one, other));
      if (known) release(one);
      else {
        prepared.push(one);
        values.push(value);
      }
    }
    // The first run compiles in some drivers, and touches memory for the first time.
    for (const one of prepared) await this.#time(one, 1);
    const { index } = await chooseFastest(prepared.length, (candidate, repeats) => {
      const one = prepared[candidate];
      invariant(one, 'tuning: a candidate that is none');
      return this.#time(one, repeats);
    });
    for (const one of prepared) release(one);
    return values[index] ?? portable[0];
  }

  destroy(): void {
    this.#clock?.destroy();
  }

  async #prepare({ buffers, record }: Workload, variants: Variants): Promise<Prepared> {
    const profile: KernelProfile = {
      ...variants,
      maxBindingBytes: this.#device.limits.maxStorageBufferBindingSize,
    };
    const tape = new Tape();
    const plan = makePlan(
      tape,
      profile,
      tape.withGrad(true, () => record(tape)),
    );
    const made = new Map<string, GPUBuffer>();
    const buffer = (key: string, bytes: number, usage = STORAGE): GPUBuffer => {
      const known = made.get(key);
      if (known) return known;
      const one = this.#device.createBuffer({ label: key, size: Math.ceil(bytes / 16) * 16, usage });
      made.set(key, one);
      return one;
    };
    buffer('step', STEP_SIZE_BYTES, STORAGE | 0x40);
    buffer('dummy', 256);
    for (const [name, floats] of Object.entries(buffers)) buffer(name, floats * 4);
    const range = (ref: Ref): BufferRange => {
      const { place, offset, length, label } = bindingOf(ref, plan);
      const bytes =
        place.kind === 'named'
          ? 0
          : (place.kind === 'slot' ? plan.slotBytes : plan.scratchBytes)[place.index];
      const one =
        place.kind === 'named' ? made.get(place.name) : buffer(`${place.kind} ${place.index}`, bytes ?? 0);
      invariant(one, `tuning: '${label}' has no buffer`);
      const size = length === undefined ? one.size - offset * 4 : Math.max(4, length * 4);
      return { buffer: one, offset: offset * 4, size };
    };
    const calls = plan.nodes.flatMap((node) =>
      node.operation.kernels(node, profile).map((call) => ({
        ...call,
        buffers: Object.fromEntries(Object.entries(call.buffers).map(([key, ref]) => [key, range(ref)])),
      })),
    );
    const { dispatches, params } = await prepareCalls(this.#device, this.#pipelines, calls);
    return { dispatches, made: [...made.values(), params] };
  }

  async #time({ dispatches }: Prepared, repeats: number): Promise<number> {
    const started = this.#now();
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass(this.#clock?.ofPass() ?? {});
    for (let i = 0; i < repeats; i++) for (const dispatch of dispatches) encodeDispatch(pass, dispatch);
    pass.end();
    this.#clock?.resolve(encoder);
    this.#device.queue.submit([encoder.finish()]);
    if (!this.#clock) {
      await this.#device.queue.onSubmittedWorkDone();
      return this.#now() - started;
    }
    const ms = await this.#clock.read();
    // A clock that stands still or runs backwards is none.
    return ms > 0 ? ms : this.#now() - started;
  }
}

/** Time of one pass by the device's own timestamps, one pass after another. */
class DeviceClock {
  readonly #queries: GPUQuerySet;
  readonly #resolved: GPUBuffer;
  readonly #staging: GPUBuffer;

  constructor(device: GPUDevice) {
    this.#queries = device.createQuerySet({ type: 'timestamp', count: 2 });
    this.#resolved = device.createBuffer({ label: 'timestamps', size: 16, usage: 0x200 | 0x04 });
    this.#staging = device.createBuffer({ label: 'timestamps', size: 16, usage: MAP_READ });
  }

  ofPass(): GPUComputePassDescriptor {
    return {
      timestampWrites: {
        querySet: this.#queries,
        beginningOfPassWriteIndex: 0,
        endOfPassWriteIndex: 1,
      },
    };
  }

  resolve(encoder: GPUCommandEncoder): void {
    encoder.resolveQuerySet(this.#queries, 0, 2, this.#resolved, 0);
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#staging, 0, 16);
  }

  async read(): Promise<number> {
    await this.#staging.mapAsync(1);
    const [begin = 0n, end = 0n] = new BigUint64Array(this.#staging.getMappedRange().slice(0));
    this.#staging.unmap();
    return Number(end - begin) / 1e6;
  }

  destroy(): void {
    this.#queries.destroy();
    this.#resolved.destroy();
    this.#staging.destroy();
  }
}
