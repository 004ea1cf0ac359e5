// The CPU backend: the same dispatches as on a GPU, by the kernels' own references over typed arrays. In float32 it is the
// fallback without a GPU, in float64 the oracle of the tests.

import type { FloatArray, NumberArray } from '../../../shaders/declaration.ts';
import type { BufferRole } from '../../../shaders/kernel.ts';
import { referenceOf } from '../../../shaders/kernel.ts';
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import { invariant } from '../../ground/errors.ts';
import type { BufferData } from '../../torch/autograd/bufferData.ts';
import type { KernelProfile } from '../../torch/autograd/operation.ts';
import type { Plan } from '../../torch/autograd/plan.ts';
import { slotsBySize } from '../../torch/autograd/plan.ts';
import type { Backend, Executable, RunCounters } from './backend.ts';
import { bindingOf } from './binding.ts';

/** One dispatch over its arrays. */
interface Bound {
  readonly name: string;
  readonly run: (step: StepNumbers) => void;
}

interface CpuExecutable extends Executable {
  bound: readonly Bound[];
  /** Of the arrays they are bound to. */
  generation: number;
}

export interface CpuOptions {
  readonly precision: 'float32' | 'float64';
  /** Called between dispatches; a promise lets the thread breathe (a worker answering messages). */
  readonly breathe?: () => Promise<void> | null;
  readonly now?: () => number;
}

export class CpuBackend implements Backend {
  readonly kind = 'cpu';
  readonly quantiser = null;
  readonly profile: KernelProfile = { linear: 'narrow', maxBindingBytes: 2 ** 31 };
  readonly counters: RunCounters = { dispatches: 0, submits: 0, readbacks: 0 };
  readonly #options: CpuOptions;
  readonly #floats = new Map<string, Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>>();
  readonly #words = new Map<string, Uint32Array<ArrayBuffer> | Int32Array<ArrayBuffer>>();
  readonly #scratch: FloatArray[] = [];
  readonly #pool: FloatArray[] = [];
  readonly #timings = new Map<string, number>();
  /** Counts the times that an array was replaced. */
  #generation = 0;

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
    this.free(name);
    this.#floats.set(name, this.#array(length));
  }

  upload(name: string, data: BufferData): void {
    this.free(name);
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
    this.#generation += 1;
  }

  /** Nothing compiles. */
  compile(): Promise<void> {
    return Promise.resolve();
  }

  /** The array of a named buffer of float32 or whole numbers, itself. */
  contents(name: string): BufferData {
    const array = this.#floats.get(name) ?? this.#words.get(name);
    invariant(array && !(array instanceof Float64Array), `cpu: no buffer named '${name}' in 32 bits`);
    return array;
  }

  prepare(plan: Plan): Promise<Executable> {
    const bound = this.#bind(plan);
    const executable: CpuExecutable = {
      plan,
      bound,
      generation: this.#generation,
      dispatches: bound.length,
    };
    return Promise.resolve(executable);
  }

  release(): void {
    // Slots and scratch belong to the pools; nothing to free for one plan.
  }

  async run(executable: Executable, step: StepNumbers): Promise<void> {
    const own = this.#own(executable);
    if (own.generation !== this.#generation) {
      own.bound = this.#bind(own.plan);
      own.generation = this.#generation;
    }
    const now = this.#options.now;
    for (const { name, run } of own.bound) {
      const before = now?.() ?? 0;
      run(step);
      if (now) this.#timings.set(name, (this.#timings.get(name) ?? 0) + now() - before);
      const pause = this.#options.breathe?.();
      if (pause) await pause;
    }
    this.counters.dispatches += own.bound.length;
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

  #array(length: number): Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> {
    return this.#options.precision === 'float64' ? new Float64Array(length) : new Float32Array(length);
  }

  #own(executable: Executable): CpuExecutable {
    invariant('bound' in executable, 'cpu: this plan was prepared elsewhere');
    return executable as CpuExecutable;
  }

  /** The dispatches of a plan over the arrays as they are now; the pools grow where it needs more. */
  #bind(plan: Plan): Bound[] {
    const slots: FloatArray[] = [];
    for (const [rank, { bytes, slot }] of slotsBySize(plan).entries())
      slots[slot] = this.#atLeast(this.#pool, rank, bytes / 4);
    const scratch = plan.scratchBytes.map((bytes, i) => this.#atLeast(this.#scratch, i, bytes / 4));
    return plan.nodes.flatMap((node) =>
      node.operation.kernels(node, this.profile).map((call): Bound => {
        const copies: (() => void)[] = [];
        const once = referenceOf(call, (ref, role) => {
          const { place, offset, length, label } = bindingOf(ref, plan);
          const array =
            place.kind === 'named'
              ? (this.#floats.get(place.name) ?? this.#words.get(place.name))
              : (place.kind === 'slot' ? slots : scratch)[place.index];
          invariant(array, `cpu: no buffer for '${label}'`);
          const size = length ?? array.length - offset;
          invariant(
            size >= 0 && offset + size <= array.length,
            `cpu: '${label}' ends before its binding does`,
          );
          return place.kind === 'slot' && isWords(role)
            ? wordsIn(array, offset, size)
            : bound(array, offset, size, role, copies);
        });
        const run = (step: StepNumbers): void => {
          for (const copy of copies) copy();
          once(step);
        };
        return { name: call.kernel.name, run: copies.length > 0 ? run : once };
      }),
    );
  }

  /** A grown array replaces the smaller one; plans bound before take up the new one when they run next. */
  #atLeast(pool: FloatArray[], index: number, length: number): FloatArray {
    const known = pool[index];
    if (known && known.length >= length) return known;
    const made = this.#array(length);
    pool[index] = made;
    this.#generation += 1;
    return made;
  }
}

const isWords = (role: BufferRole): boolean => role === 'read u32' || role === 'read_write u32';

/** Words that one kernel leaves for another, in room that is lent in floats of either kind: in its bytes, as they come. */
const wordsIn = (room: NumberArray, offset: number, length: number): Uint32Array =>
  new Uint32Array(room.buffer, room.byteOffset + offset * room.BYTES_PER_ELEMENT, length);

/** Part of a buffer as a binding sees it. Floats read as words are their bits in float32. */
function bound(
  array: NumberArray,
  offset: number,
  length: number,
  role: Exclude<BufferRole, 'uniform'>,
  copies: (() => void)[],
): NumberArray {
  if (role === 'read' || role === 'read_write') {
    invariant(isFloats(array), 'cpu: integers are bound as floats');
    return array.subarray(offset, offset + length);
  }
  const words = (buffer: ArrayBufferLike, at: number): NumberArray =>
    role === 'read i32' ? new Int32Array(buffer, at, length) : new Uint32Array(buffer, at, length);
  if (!(array instanceof Float64Array)) return words(array.buffer, array.byteOffset + offset * 4);
  const copy = new Float32Array(length);
  copies.push(() => copy.set(array.subarray(offset, offset + length)));
  return words(copy.buffer, 0);
}

const isFloats = (array: NumberArray): array is FloatArray =>
  array instanceof Float32Array || array instanceof Float64Array;
