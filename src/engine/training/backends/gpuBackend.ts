// The WebGPU backend: named buffers, a pool of slots shared by all plans, prepared dispatches replayed in submissions short
// enough for an OS watchdog. Takes an open device; never requests one.
import { MAP_READ, STORAGE, UNIFORM } from '../../../shaders/host/bufferUsage.ts';
import type { BufferRange, PreparedCalls } from '../../../shaders/host/dispatch.ts';
import { prepareCalls } from '../../../shaders/host/dispatch.ts';
import { Pipelines } from '../../../shaders/host/pipelines.ts';
import type { KernelCall } from '../../../shaders/kernel.ts';
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import { encodeStep, STEP_SIZE_BYTES } from '../../../shaders/lib/step.ts';
import type { UserError } from '../../ground/errors.ts';
import { invariant } from '../../ground/errors.ts';
import type { BufferData } from '../../torch/autograd/bufferData.ts';
import type { KernelProfile, Ref } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import { slotsBySize } from '../../torch/autograd/plan.ts';
import { bufferTooLarge, deviceLost, tableTooLarge } from '../trainingErrors.ts';
import type { Backend, Executable, RunCounters } from './backend.ts';
import { bindingOf } from './binding.ts';
import { DeviceQuantiser } from './deviceQuantiser.ts';
import { KernelTimer } from './kernelTimer.ts';
import type { Paced } from './submissions.ts';
import { Submissions } from './submissions.ts';
import type { Variants } from './variants.ts';
import { portableVariants } from './variants.ts';

interface GpuExecutable extends Executable {
  /** Bind groups, and the generation of the pools they point into. */
  bound: PreparedCalls;
  generation: number;
  readonly paced: Paced;
}

export interface GpuOptions {
  /** Timestamps around every dispatch, where the device offers them. */
  readonly profile?: boolean;
  /** Kernel variants; the portable ones where nobody measured. */
  readonly variants?: Partial<Variants>;
  /** Bind no more than this, although the device would; for tests. */
  readonly maxBindingBytes?: number;
  /** Longest submission that is aimed at; for tests. */
  readonly submissionMs?: number;
}

export class GpuBackend implements Backend {
  readonly kind = 'webgpu';
  readonly profile: KernelProfile;
  readonly quantiser: DeviceQuantiser;
  readonly counters: RunCounters = { dispatches: 0, submits: 0, readbacks: 0 };
  /** Whether `destroy` was called: the device's loss is then no accident. */
  destroyed = false;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #named = new Map<string, GPUBuffer>();
  readonly #pool: GPUBuffer[] = [];
  readonly #scratch: GPUBuffer[] = [];
  readonly #timer: KernelTimer | null;
  readonly #submissions: Submissions;
  #staging: GPUBuffer | null = null;
  #bytes = 0;
  /** Set when the device is gone. */
  #gone: UserError | null = null;
  /** Those who wait for the device. */
  readonly #waiting = new Set<(error: UserError) => void>();
  /** Counts the times that a pool's buffer was replaced. */
  #generation = 0;

  constructor(device: GPUDevice, options: GpuOptions = {}) {
    this.#device = device;
    void device.lost.then(({ message, reason }) => {
      this.#gone = deviceLost({ cause: message || reason });
      for (const reject of this.#waiting) reject(this.#gone);
    });
    this.#pipelines = new Pipelines(device);
    this.profile = {
      ...portableVariants,
      ...options.variants,
      maxBindingBytes: options.maxBindingBytes ?? device.limits.maxStorageBufferBindingSize,
    };
    this.#timer = options.profile && device.features.has('timestamp-query') ? new KernelTimer(device) : null;
    this.#submissions = new Submissions(device, {
      timer: this.#timer,
      now: () => performance.now(),
      targetMs: options.submissionMs,
    });
    this.#named.set('step', this.#make('step', STEP_SIZE_BYTES, UNIFORM));
    this.upload('one', new Float32Array([1]));
    this.allocate('dummy', 64);
    this.quantiser = new DeviceQuantiser(device, this.#pipelines, this);
  }

  allocatedBytes(): number {
    return this.#bytes;
  }

  /** Bytes of a named buffer. */
  sizeOf(name: string): number {
    return this.buffer(name).size;
  }

  allocate(name: string, length: number): void {
    this.free(name);
    this.#named.set(name, this.#make(name, length * 4, STORAGE));
  }

  upload(name: string, data: BufferData): void {
    this.allocate(name, data.length);
    this.write(name, data);
  }

  write(name: string, data: BufferData, offset = 0): void {
    this.#device.queue.writeBuffer(this.buffer(name), offset * 4, data);
  }

  clear(name: string): void {
    const encoder = this.#device.createCommandEncoder({ label: 'clear' });
    encoder.clearBuffer(this.buffer(name));
    this.#device.queue.submit([encoder.finish()]);
  }

  has(name: string): boolean {
    return this.#named.has(name);
  }

  free(name: string): void {
    this.#drop(this.#named.get(name));
    this.#named.delete(name);
  }

  compile(plans: readonly Plan[], told: (done: number, total: number) => void): Promise<void> {
    const calls = plans.flatMap(({ nodes }) =>
      nodes.flatMap((node) => node.operation.kernels(node, this.profile)),
    );
    return this.#pipelines.compile(calls, told);
  }

  async prepare(plan: Plan): Promise<Executable> {
    const { bound, work } = await this.#bind(plan);
    const executable: GpuExecutable = {
      plan,
      bound,
      paced: this.#submissions.paced(work),
      generation: this.#generation,
      dispatches: bound.dispatches.length,
    };
    return executable;
  }

  /** Bind groups of a plan over the pools as they are now, which grow where it needs more, and the operations of each dispatch. */
  async #bind(plan: Plan): Promise<{ readonly bound: PreparedCalls; readonly work: readonly number[] }> {
    const slots = this.#slots(plan);
    const scratch = plan.scratchBytes.map((bytes, i) =>
      this.#atLeast(this.#scratch, i, bytes, `scratch ${i}`),
    );
    const range = (ref: Ref): BufferRange => this.#range(ref, plan, slots, scratch);
    const calls: KernelCall<BufferRange>[] = [];
    const work: number[] = [];
    for (const node of plan.nodes) {
      const made = node.operation.kernels(node, this.profile);
      for (const call of made) {
        const buffers = Object.fromEntries(
          Object.entries(call.buffers).map(([name, ref]) => [name, range(ref)]),
        );
        calls.push({ ...call, buffers });
        work.push(node.operation.flops(node) / made.length);
      }
    }
    return { bound: await prepareCalls(this.#device, this.#pipelines, calls), work };
  }

  release(executable: Executable): void {
    this.#own(executable).bound.params.destroy();
  }

  async run(executable: Executable, step: StepNumbers): Promise<void> {
    const own = this.#own(executable);
    if (own.generation !== this.#generation) {
      own.bound.params.destroy();
      own.bound = (await this.#bind(own.plan)).bound;
      own.generation = this.#generation;
    }
    this.#device.queue.writeBuffer(this.buffer('step'), 0, encodeStep(step));
    this.#submissions.send(own.bound.dispatches, own.paced, this.counters);
  }

  async read(
    name: string,
    offset: number,
    length: number,
    purpose: 'step' | 'save' = 'step',
  ): Promise<Float32Array<ArrayBuffer>> {
    const size = length * 4;
    if (!this.#staging || this.#staging.size < size) {
      this.#drop(this.#staging ?? undefined);
      this.#staging = this.#make('readback', size, MAP_READ);
    }
    const staging = this.#staging;
    const encoder = this.#device.createCommandEncoder({ label: 'readback' });
    encoder.copyBufferToBuffer(this.buffer(name), offset * 4, staging, 0, size);
    this.#device.queue.submit([encoder.finish()]);
    if (purpose === 'step') this.counters.readbacks += 1;
    await this.unlessLost(staging.mapAsync(1, 0, size));
    try {
      return new Float32Array(staging.getMappedRange(0, size).slice(0));
    } finally {
      // A copy that there was no memory for must not keep the next one from its buffer.
      staging.unmap();
    }
  }

  timings(): Promise<ReadonlyMap<string, number>> {
    return this.#timer ? this.#timer.take() : Promise.resolve(new Map());
  }

  destroy(): void {
    this.destroyed = true;
    for (const buffer of [...this.#named.values(), ...this.#pool, ...this.#scratch, this.#staging])
      buffer?.destroy();
    this.#submissions.destroy();
    this.#named.clear();
    this.#pool.length = 0;
    this.#scratch.length = 0;
    this.#staging = null;
    this.#bytes = 0;
    this.#device.destroy();
  }

  #make(label: string, bytes: number, usage: number): GPUBuffer {
    const size = Math.max(16, Math.ceil(bytes / 16) * 16);
    if (size > this.#device.limits.maxBufferSize) {
      throw bufferTooLarge({ name: label, bytes: size, most: this.#device.limits.maxBufferSize });
    }
    this.#bytes += size;
    return this.#device.createBuffer({ label, size, usage });
  }

  #drop(buffer: GPUBuffer | undefined): void {
    if (!buffer) return;
    this.#bytes -= buffer.size;
    buffer.destroy();
  }

  /** A named buffer itself, for the quantiser's own dispatches. */
  buffer(name: string): GPUBuffer {
    const found = this.#named.get(name);
    invariant(found, `webgpu: no buffer named '${name}'`);
    return found;
  }

  /** A grown buffer replaces the smaller one; plans bound before take up the new one when they run next. */
  #atLeast(pool: GPUBuffer[], index: number, bytes: number, label: string): GPUBuffer {
    const known = pool[index];
    if (known && known.size >= bytes) return known;
    this.#drop(known);
    const made = this.#make(label, bytes, STORAGE);
    pool[index] = made;
    this.#generation += 1;
    return made;
  }

  /** Slots of every plan come from one pool, largest first, for plans never run at the same time. */
  #slots(plan: Plan): GPUBuffer[] {
    const slots: GPUBuffer[] = [];
    for (const [rank, { bytes, slot }] of slotsBySize(plan).entries())
      slots[slot] = this.#atLeast(this.#pool, rank, bytes, `slot ${rank}`);
    return slots;
  }

  #range(ref: Ref, plan: Plan, slots: readonly GPUBuffer[], scratch: readonly GPUBuffer[]): BufferRange {
    const { place, offset, length, label } = bindingOf(ref, plan);
    const buffer =
      place.kind === 'named'
        ? this.buffer(place.name)
        : (place.kind === 'slot' ? slots : scratch)[place.index];
    invariant(buffer, `webgpu: '${label}' has no buffer`);
    const size = length === undefined ? buffer.size - offset * 4 : Math.max(4, length * 4);
    if (place.kind !== 'scratch' && size > this.profile.maxBindingBytes)
      throw tableTooLarge({ name: buffer.label, bytes: size, most: this.profile.maxBindingBytes });
    return { buffer, offset: offset * 4, size };
  }

  /** What a browser never answers when the device is gone. */
  unlessLost<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#gone) reject(this.#gone);
      this.#waiting.add(reject);
      void work.then(resolve, reject).finally(() => this.#waiting.delete(reject));
    });
  }

  #own(executable: Executable): GpuExecutable {
    invariant('bound' in executable, 'webgpu: this plan was prepared elsewhere');
    return executable as GpuExecutable;
  }
}
