// The CPU backend: typed arrays and the kernels' own references. In float32 it is the fallback without a GPU, in
// float64 the oracle of the tests.
import type { FloatArray } from '../../../shaders/kernel.ts';
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import { invariant } from '../../ground/errors.ts';
import type { BufferData } from '../../torch/autograd/bufferData.ts';
import type { KernelProfile, Ref, ReferenceContext } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import { slotsBySize } from '../../torch/autograd/plan.ts';
import { elementCount, resolveAlias } from '../../torch/autograd/value.ts';
import type { Backend, Executable, RunCounters } from './backend.ts';

interface CpuExecutable extends Executable {
  readonly slots: readonly FloatArray[];
}

export interface CpuOptions {
  readonly precision: 'float32' | 'float64';
  /** Called between nodes; a promise lets the thread breathe (a worker answering messages). */
  readonly breathe?: () => Promise<void> | null;
  readonly now?: () => number;
}

export class CpuBackend implements Backend {
  readonly kind = 'cpu';
  readonly profile: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 31 };
  readonly counters: RunCounters = { dispatches: 0, submits: 0, readbacks: 0 };
  readonly #options: CpuOptions;
  readonly #floats = new Map<string, FloatArray>();
  readonly #words = new Map<string, Uint32Array | Int32Array>();
  readonly #scratch: FloatArray[] = [];
  readonly #pool: FloatArray[] = [];
  readonly #timings = new Map<string, number>();

  constructor(options: CpuOptions) {
    this.#options = options;
    this.upload('one', new Float32Array([1]));
    this.allocate('dummy', 64);
  }

  allocatedBytes(): number {
    const arrays = [...this.#floats.values(), ...this.#words.values(), ...this.#scratch, ...this.#pool];
    return arrays.reduce((total, array) => total + array.byteLength, 0);
  }

  allocate(name: string, length: number): void {
    this.#floats.set(name, this.#array(length));
  }

  upload(name: string, data: BufferData): void {
    if (data instanceof Float32Array)
      this.#floats.set(name, this.#options.precision === 'float64' ? Float64Array.from(data) : data.slice());
    else this.#words.set(name, data.slice());
  }

  write(name: string, data: BufferData, offset = 0): void {
    const target = data instanceof Float32Array ? this.#floats.get(name) : this.#words.get(name);
    invariant(target, `cpu: no buffer named '${name}'`);
    target.set(data, offset);
  }

  clear(name: string): void {
    this.#floats.get(name)?.fill(0);
  }

  has(name: string): boolean {
    return this.#floats.has(name) || this.#words.has(name);
  }

  free(name: string): void {
    this.#floats.delete(name);
    this.#words.delete(name);
  }

  prepare(plan: Plan): Promise<Executable> {
    const slots: FloatArray[] = [];
    plan.scratchBytes.forEach((bytes, slot) => {
      this.#scratchArray(slot, bytes / 4);
    });
    slotsBySize(plan).forEach(({ bytes, slot }, rank) => {
      const length = bytes / 4;
      const pooled = this.#pool[rank];
      if (!pooled || pooled.length < length) this.#pool[rank] = this.#array(length);
      slots[slot] = this.#pool[rank] ?? this.#array(length);
    });
    const executable: CpuExecutable = { plan, slots, dispatches: plan.nodes.length };
    return Promise.resolve(executable);
  }

  release(): void {
    // Slots belong to the pool; nothing to free for one plan.
  }

  async run(executable: Executable, step: StepNumbers): Promise<void> {
    const { slots } = this.#own(executable);
    const context = this.#context(executable.plan, slots, step);
    const now = this.#options.now;
    for (const node of executable.plan.nodes) {
      const before = now?.() ?? 0;
      node.operation.reference(node, context);
      if (now)
        this.#timings.set(
          node.operation.name,
          (this.#timings.get(node.operation.name) ?? 0) + now() - before,
        );
      const pause = this.#options.breathe?.();
      if (pause) await pause;
    }
    this.counters.dispatches += executable.plan.nodes.length;
    this.counters.submits += 1;
  }

  read(name: string, offset: number, length: number): Promise<Float32Array<ArrayBuffer>> {
    const source = this.#floats.get(name);
    invariant(source, `cpu: no buffer named '${name}'`);
    this.counters.readbacks += 1;
    return Promise.resolve(Float32Array.from(source.subarray(offset, offset + length)));
  }

  timings(): Promise<ReadonlyMap<string, number>> {
    const taken = new Map(this.#timings);
    this.#timings.clear();
    return Promise.resolve(taken);
  }

  destroy(): void {
    this.#floats.clear();
    this.#words.clear();
    this.#scratch.length = 0;
    this.#pool.length = 0;
  }

  #array(length: number): FloatArray {
    return this.#options.precision === 'float64' ? new Float64Array(length) : new Float32Array(length);
  }

  #own(executable: Executable): CpuExecutable {
    invariant('slots' in executable, 'cpu: this plan was prepared elsewhere');
    return executable as CpuExecutable;
  }

  #context(plan: Plan, slots: readonly FloatArray[], step: StepNumbers): ReferenceContext {
    const named = (ref: Ref): { name: string; offset: number; length: number | undefined } | null => {
      if ('buffer' in ref) return { name: ref.buffer, offset: ref.offset ?? 0, length: ref.size };
      if (!('value' in ref)) return null;
      const { owner, offset } = resolveAlias(ref.value);
      if (owner.storage.kind !== 'persistent') return null;
      const size =
        ref.size ?? (owner.storage.offset + offset > 0 ? elementCount(ref.value.shape) : undefined);
      return {
        name: owner.storage.buffer,
        offset: owner.storage.offset + offset + (ref.offset ?? 0),
        length: size,
      };
    };
    const cut = <T extends FloatArray | Uint32Array | Int32Array>(
      array: T | undefined,
      offset: number,
      length: number | undefined,
      what: string,
    ): T => {
      invariant(array, `cpu: no buffer named '${what}'`);
      if (offset === 0 && length === undefined) return array;
      return array.subarray(offset, length === undefined ? undefined : offset + length) as T;
    };
    return {
      step,
      floats: (ref) => {
        if ('scratch' in ref) return this.#scratchArray(ref.scratch, 0);
        const place = named(ref);
        if (place) return cut(this.#floats.get(place.name), place.offset, place.length, place.name);
        invariant('value' in ref, 'cpu: a reference names nothing');
        const { owner, offset } = resolveAlias(ref.value);
        const slot = plan.slotOf.get(owner);
        const at = offset + (ref.offset ?? 0);
        return cut(
          slot === undefined ? undefined : slots[slot],
          at,
          ref.size ?? elementCount(ref.value.shape),
          ref.value.name,
        );
      },
      words: (ref) => this.#typed(ref, named, Uint32Array),
      ints: (ref) => this.#typed(ref, named, Int32Array),
      scratch: (slot, length) => this.#scratchArray(slot, length),
    };
  }

  #typed<T extends Uint32Array | Int32Array>(
    ref: Ref,
    named: (ref: Ref) => { name: string; offset: number; length: number | undefined } | null,
    type: { new (buffer: ArrayBufferLike, offset: number, length: number): T },
  ): T {
    const place = named(ref);
    // A copy of a table among the trained floats is read as packed float32, like any other.
    const floats = place ? this.#floats.get(place.name) : undefined;
    const array =
      (place && this.#words.get(place.name)) ??
      (floats instanceof Float64Array ? Float32Array.from(floats) : floats);
    invariant(place && array, `cpu: no integer buffer for ${JSON.stringify(Object.keys(ref))}`);
    const length = place.length ?? array.length - place.offset;
    return new type(array.buffer, array.byteOffset + place.offset * 4, length);
  }

  #scratchArray(slot: number, length: number): FloatArray {
    const known = this.#scratch[slot];
    if (known && known.length >= length) return known;
    const made = this.#array(length);
    this.#scratch[slot] = made;
    return made;
  }
}
