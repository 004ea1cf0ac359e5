// The backend on ONNX Runtime, its WebAssembly or its own WebGPU: a plan runs as one graph (lowerPlan.ts), with what is frozen inside the session
// and everything else handed over and taken back. Named buffers stand in arrays, as on the CPU; plans with an operation for the kernels are replayed there.
import type * as Ort from 'onnxruntime-web';
import type { StepNumbers } from '../../../../shaders/lib/step.ts';
import { invariant } from '../../../ground/errors.ts';
import type { OnnxType } from '../../../ground/formats/onnxWriter.ts';
import type { BufferData } from '../../../torch/autograd/bufferData.ts';
import type { Contents, Feed, FeedData } from '../../../torch/autograd/lowering.ts';
import type { KernelProfile } from '../../../torch/autograd/operation.ts';
import type { Plan } from '../../../torch/autograd/plan.ts';
import { ortError } from '../../trainingErrors.ts';
import type { Backend, Executable, RunCounters } from '../backend.ts';
import { CpuBackend } from '../cpuBackend.ts';
import type { LoweredPlan } from './lowerPlan.ts';
import { lowerPlan } from './lowerPlan.ts';

/** What is used of the package; whoever opens the backend fetches it. */
export interface OrtRuntime {
  readonly createSession: (
    model: Uint8Array,
    options: Ort.InferenceSession.SessionOptions,
  ) => Promise<Ort.InferenceSession>;
  readonly Tensor: Ort.TensorConstructor;
  /** That it computes on, where it is more than one. */
  readonly threads?: number;
  /** What its own WebGPU computes on, where it was started with that. */
  readonly device?: GPUDevice;
}

export interface OrtOptions {
  /** Weights stay packed in a session: less memory, and slower. */
  readonly packed?: boolean;
  readonly breathe?: () => Promise<void> | null;
  readonly now?: () => number;
}

/** A session, shared by plans whose graphs are the same. */
interface Loaded {
  readonly model: Uint8Array;
  readonly session: Ort.InferenceSession;
  /** Of its constants. */
  readonly bytes: number;
  /** What its constants were made of. */
  readonly versions: ReadonlyMap<string, number>;
}

interface OrtExecutable extends Executable {
  readonly lowered: LoweredPlan;
  loaded: Loaded;
}

/** Operators after which planning who takes over whose memory takes longer than it saves: it grows with their square (12 s for 6,500). */
const PLANNED_MOST = 3000;

/** The graph is written as it is to run: rewriting would merge what is decoded where it is used, and keep it. */
const SESSION: Ort.InferenceSession.SessionOptions = {
  graphOptimizationLevel: 'disabled',
  // Below errors it tells which operators stay on the processor.
  logSeverityLevel: 3,
  // Packed again for a product, a matrix would be held once for each of its two.
  extra: { session: { disable_prepacking: '1' } },
};

export class OrtBackend implements Backend {
  readonly kind: 'ort' | 'ort-webgpu';
  readonly quantiser = null;
  readonly profile: KernelProfile;
  readonly counters: RunCounters;
  readonly #ort: OrtRuntime;
  readonly #packed: boolean;
  readonly #kernels: CpuBackend;
  readonly #now: (() => number) | undefined;
  readonly #versions = new Map<string, number>();
  readonly #loaded: Loaded[] = [];
  #runMs = 0;

  constructor(ort: OrtRuntime, options: OrtOptions = {}) {
    this.#ort = ort;
    this.kind = ort.device ? 'ort-webgpu' : 'ort';
    this.#packed = options.packed ?? false;
    this.#now = options.now;
    this.#kernels = new CpuBackend({ precision: 'float32', ...options });
    this.profile = this.#kernels.profile;
    this.counters = this.#kernels.counters;
  }

  /** Graphs that are loaded now. */
  get sessions(): number {
    return this.#loaded.length;
  }

  /** What sessions hold of frozen weights. */
  get sessionBytes(): number {
    return this.#loaded.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** Arrays, and weights inside sessions; what a run of one borrows is not told. */
  allocatedBytes(): number {
    return this.#kernels.allocatedBytes() + this.sessionBytes;
  }

  allocate(name: string, length: number): void {
    this.#replaced(name);
    this.#kernels.allocate(name, length);
  }

  upload(name: string, data: BufferData): void {
    this.#replaced(name);
    this.#kernels.upload(name, data);
  }

  write(name: string, data: BufferData, offset = 0): void {
    this.#kernels.write(name, data, offset);
  }

  clear(name: string): void {
    this.#kernels.clear(name);
  }

  has(name: string): boolean {
    return this.#kernels.has(name);
  }

  free(name: string): void {
    this.#replaced(name);
    this.#kernels.free(name);
  }

  /** Its graphs are loaded one by one as they are prepared. */
  compile(): Promise<void> {
    return Promise.resolve();
  }

  async prepare(plan: Plan): Promise<Executable> {
    const lowered = lowerPlan(plan, { packed: this.#packed, gpu: this.kind === 'ort-webgpu' });
    if (!lowered) return this.#kernels.prepare(plan);
    const executable: OrtExecutable = { plan, dispatches: 1, lowered, loaded: await this.#load(lowered) };
    return executable;
  }

  release(): void {
    // Sessions stay: another plan of the same graph may ask for them.
  }

  async run(executable: Executable, step: StepNumbers): Promise<void> {
    if (!isOrt(executable)) {
      await this.#kernels.run(executable, step);
      return;
    }
    const { lowered } = executable;
    if (!this.#isCurrent(executable.loaded)) executable.loaded = await this.#load(lowered);
    const feeds: Record<string, Ort.Tensor> = {};
    for (const [name, feed] of lowered.feeds)
      feeds[name] = new this.#ort.Tensor(
        elementOf[feed.type],
        this.#dataOf(feed, step),
        feed.dimsAt?.(step) ?? feed.dims,
      );
    const before = this.#now?.() ?? 0;
    const results = await executable.loaded.session.run(feeds).catch(told);
    if (this.#now) this.#runMs += this.#now() - before;
    for (const { tensor, buffer, offset, most, adds } of lowered.sinks) {
      const made = results[tensor]?.data;
      invariant(made instanceof Float32Array, `ort: no floats came back for '${buffer}'`);
      const target = this.#kernels.contents(buffer);
      const at = offset(step);
      if (adds) for (const [i, value] of made.entries()) target[at + i] = (target[at + i] ?? 0) + value;
      else target.set(most ? made.subarray(0, most(step)) : made, at);
    }
    this.counters.dispatches += 1;
    this.counters.submits += 1;
  }

  read(name: string, offset: number, length: number): Promise<Float32Array<ArrayBuffer>> {
    return this.#kernels.read(name, offset, length);
  }

  async timings(): Promise<ReadonlyMap<string, number>> {
    const all = new Map(await this.#kernels.timings());
    if (this.#runMs > 0) all.set('onnxruntime', this.#runMs);
    this.#runMs = 0;
    return all;
  }

  destroy(): void {
    for (const { session } of this.#loaded.splice(0)) void session.release();
    this.#kernels.destroy();
  }

  readonly #contents: Contents = (name) => this.#kernels.contents(name);

  #replaced(name: string): void {
    this.#versions.set(name, (this.#versions.get(name) ?? 0) + 1);
  }

  #isCurrent({ versions }: Loaded): boolean {
    return [...versions].every(([name, version]) => this.#versions.get(name) === version);
  }

  /** The session of a graph; made where there is none with these bytes. */
  async #load({ model, frozen, operators, gpu }: LoweredPlan): Promise<Loaded> {
    const known = this.#loaded.find((one) => sameBytes(one.model, model));
    if (known && this.#isCurrent(known)) return known;
    if (known) {
      this.#loaded.splice(this.#loaded.indexOf(known), 1);
      await known.session.release();
    }
    const versions = new Map<string, number>();
    for (const { buffers } of frozen.values())
      for (const buffer of buffers) versions.set(buffer, this.#versions.get(buffer) ?? 0);
    const externalData = [...frozen].map(([path, { bytes }]) => ({ path, data: bytes(this.#contents) }));
    const session = await this.#ort
      .createSession(model, {
        ...SESSION,
        executionProviders: [gpu ? 'webgpu' : 'wasm'],
        // On one thread the two differ in that plan alone.
        executionMode: operators > PLANNED_MOST ? 'parallel' : 'sequential',
        externalData,
      })
      .catch(told);
    const bytes = externalData.reduce((sum, { data }) => sum + data.length, 0);
    const loaded = { model, session, bytes, versions };
    this.#loaded.push(loaded);
    return loaded;
  }

  #dataOf(feed: Feed, step: StepNumbers): FeedData {
    if ('make' in feed) return feed.make(step, this.#contents);
    const length = feed.dims.reduce((product, size) => product * size, 1);
    const array = this.#kernels.contents(feed.buffer);
    const { buffer, byteOffset } = array;
    invariant(feed.offset + length <= array.length, `ort: '${feed.buffer}' ends before its part does`);
    const at = byteOffset + 4 * feed.offset;
    return feed.type === 'float' ? new Float32Array(buffer, at, length) : new Int32Array(buffer, at, length);
  }
}

/** What the package throws names its own files and codes; people get it as the cause. */
function told(error: unknown): never {
  throw ortError({ cause: error instanceof Error ? error.message : String(error) });
}

const isOrt = (executable: Executable): executable is OrtExecutable => 'lowered' in executable;

const elementOf = {
  float: 'float32',
  int32: 'int32',
  int64: 'int64',
  uint8: 'uint8',
  int8: 'int8',
  bool: 'bool',
  float16: 'float16',
  double: 'float64',
  uint4: 'uint4',
} as const satisfies Record<OnnxType, Ort.Tensor.Type>;

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
