// The lowering of a plan: its nodes, one after another, as one graph of ONNX operators. Here is what a lowering speaks with: the tensor that
// holds a value, parts of named buffers that come in, parts that go out, and constants that frozen weights become. No session, no bytes.
import type { StepNumbers } from '../../../shaders/lib/step.ts';
import { invariant } from '../../ground/errors.ts';
import type { OnnxType } from '../../ground/formats/onnxWriter.ts';
import type { BufferData } from './bufferData.ts';
import type { GraphOptions, Tensor } from './graph.ts';
import { Graph } from './graph.ts';
import type { Value } from './value.ts';
import { elementCount, resolveAlias } from './value.ts';

export type FeedData = Float32Array | Int32Array | Uint8Array | BigInt64Array;

/** What a run hands over under a name: a part of a buffer, or what the step's numbers say. */
export type Feed = {
  readonly type: OnnxType;
  readonly dims: readonly number[];
  /** The same as the graph says them: those that follow from the batch by a name, for the graph holds none of them. */
  readonly sizes: readonly (number | string)[];
  /** Where they follow from the step, not from the batch: these in place of `dims`. */
  readonly dimsAt?: (step: StepNumbers) => readonly number[];
} & (
  | { readonly buffer: string; readonly offset: number }
  | { readonly make: (step: StepNumbers, contents: Contents) => FeedData }
);

/** Where a result goes when the graph has run. */
export interface Sink {
  readonly tensor: Tensor;
  readonly buffer: string;
  readonly offset: (step: StepNumbers) => number;
  /** The most floats of it that there is a place for. */
  readonly most?: (step: StepNumbers) => number;
  /** Added to what stands there, or put in its place. */
  readonly adds: boolean;
}

/** Contents of named buffers, as they stand. */
export type Contents = (buffer: string) => BufferData;

/** A constant made of frozen buffers when a session begins. */
export interface FrozenConstant {
  readonly buffers: readonly string[];
  readonly bytes: (contents: Contents) => Uint8Array<ArrayBuffer>;
}

export interface BatchSizes {
  readonly rows: number;
  readonly tokens: number;
}

/** A size of a shape: a number, or one that follows from the batch, so that batches of any size share one graph. */
export type Size = number | keyof BatchSizes;

/** Buffers that never change while a model is loaded. */
const isFrozen = (buffer: string): boolean => buffer.startsWith('weights/') || buffer.startsWith('rope_');

export interface LoweringOptions extends Partial<GraphOptions> {
  /** Frozen weights stay in the packed form that an operator decodes while it runs; otherwise they are decoded once. */
  readonly packed: boolean;
}

export class Lowering {
  readonly options: LoweringOptions;
  readonly graph: Graph;
  readonly feeds = new Map<Tensor, Feed>();
  readonly frozen = new Map<Tensor, FrozenConstant>();
  readonly #tensors = new Map<Value, Tensor>();
  readonly #made = new Map<string, Tensor>();
  readonly #added = new Map<string, Sink>();
  readonly #stored: Sink[] = [];

  constructor(options: LoweringOptions) {
    this.options = options;
    this.graph = new Graph({ gpu: options.gpu ?? false });
  }

  get sinks(): Sink[] {
    return [...this.#added.values(), ...this.#stored];
  }

  /** The tensor that holds a value now, in the value's shape. */
  read(value: Value): Tensor {
    const { owner, offset } = resolveAlias(value);
    invariant(offset === 0, `lowering: '${value.name}' is a part of another value`);
    const { storage } = owner;
    if (storage.kind === 'persistent') return this.part(storage.buffer, storage.offset, owner.shape);
    const tensor = this.#tensors.get(owner);
    invariant(tensor !== undefined, `lowering: nothing has made '${value.name}'`);
    return tensor;
  }

  /** Whether a tensor holds a planned value: what a lowering computes anew where it is read never is one. */
  holds(value: Value): boolean {
    return this.#tensors.has(resolveAlias(value).owner);
  }

  /** From here on the value is this tensor; in place where it is another's alias. */
  write(value: Value, tensor: Tensor): void {
    this.#tensors.set(resolveAlias(value).owner, tensor);
  }

  /** Floats of a buffer from `offset` on: a constant where the buffer is frozen. */
  part(buffer: string, offset: number, dims: readonly number[]): Tensor {
    if (!isFrozen(buffer)) return this.#fed(buffer, 'float', offset, dims, dims);
    const count = elementCount(dims);
    return this.constant(`${buffer}@${offset}`, 'float', dims, [buffer], count * 4, (contents) => {
      const { buffer: bytes, byteOffset } = contents(buffer);
      return new Uint8Array(bytes.slice(byteOffset + 4 * offset, byteOffset + 4 * (offset + count)));
    });
  }

  /** Words of a buffer, as whole numbers of 32 bits: one a token, or one a row. */
  words(buffer: string, count: number, size: 'n' | 'rows' = 'n'): Tensor {
    return this.#fed(buffer, 'int32', 0, [count], [size]);
  }

  /** What is made anew for every run; of a row a token where no other sizes are said. */
  made(
    name: string,
    type: OnnxType,
    dims: readonly number[],
    make: (step: StepNumbers, contents: Contents) => FeedData,
    sizes: Feed['sizes'] = dims.map((size, i) => (i === 0 ? 'n' : size)),
  ): Tensor {
    this.feeds.set(name, { type, dims, sizes, make });
    return name;
  }

  /** A row of `width` floats for every token before the step's position, [P, width]. */
  begun(name: string, width: number, floats: (position: number, contents: Contents) => BufferData): Tensor {
    this.feeds.set(name, {
      ...{ type: 'float', dims: [0, width], sizes: ['past', width] },
      dimsAt: ({ position }) => [position, width],
      make: ({ position }, contents) => {
        const made = floats(position, contents);
        invariant(made instanceof Float32Array, `lowering: '${name}' holds no floats`);
        return made;
      },
    });
    return name;
  }

  /** A number of the step. */
  number(name: keyof StepNumbers): Tensor {
    return this.made(`step ${name}`, 'float', [], (step) => Float32Array.of(step[name]));
  }

  /** A constant that is made of frozen buffers; large, so it stands beside the model. */
  constant(
    name: string,
    type: OnnxType,
    dims: readonly number[],
    buffers: readonly string[],
    length: number,
    bytes: FrozenConstant['bytes'],
  ): Tensor {
    this.frozen.set(name, { buffers, bytes });
    return this.graph.constant({ name, type, dims, content: length });
  }

  /** A size of the batch, [1]. */
  size(name: keyof BatchSizes, batch: BatchSizes): Tensor {
    return this.made(name, 'int64', [1], () => BigInt64Array.of(BigInt(batch[name])), [1]);
  }

  shape(batch: BatchSizes, sizes: readonly Size[]): Tensor {
    return this.once(`shape ${sizes.join()}`, () => {
      const parts = sizes.map((size) =>
        typeof size === 'number' ? this.graph.integers([size]) : this.size(size, batch),
      );
      return this.graph.concat(parts, 0);
    });
  }

  reshape(tensor: Tensor, batch: BatchSizes, sizes: readonly Size[]): Tensor {
    return this.graph.reshape(tensor, this.shape(batch, sizes));
  }

  /** What several nodes need, made by the first of them. */
  once(key: string, make: () => Tensor): Tensor {
    const made = this.#made.get(key) ?? make();
    this.#made.set(key, made);
    return made;
  }

  /** Adds to a part of the gradients. */
  addGradient(offset: number, tensor: Tensor): void {
    const key = String(offset);
    const before = this.#added.get(key);
    const sum = before ? this.graph.add(before.tensor, tensor) : tensor;
    this.#added.set(key, { tensor: sum, buffer: 'grads', offset: () => offset, adds: true });
  }

  /** Puts a result where it belongs when the graph has run. */
  store(buffer: string, tensor: Tensor, offset: Sink['offset'] = () => 0, most?: Sink['most']): void {
    this.#stored.push({ tensor, buffer, offset, adds: false, ...(most ? { most } : {}) });
  }

  /** What this graph puts into a buffer, for whoever would read it there. */
  stored(buffer: string): Tensor {
    const made = this.#stored.find((sink) => sink.buffer === buffer);
    invariant(made, `lowering: nothing has filled '${buffer}'`);
    return made.tensor;
  }

  #fed(
    buffer: string,
    type: OnnxType,
    offset: number,
    dims: readonly number[],
    sizes: Feed['sizes'],
  ): Tensor {
    const name = `${buffer}@${offset}:${sizes.join('×')}`;
    this.feeds.set(name, { type, dims, sizes, buffer, offset });
    return name;
  }
}
