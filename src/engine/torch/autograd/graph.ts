// A graph of ONNX operators under construction: the words that lowerings are written in. Every call appends one operator and answers the
// name of what it makes; names follow from the order alone, so that the same calls make the same graph. Knows no value of the tape.
import type {
  OnnxAttribute,
  OnnxConstant,
  OnnxOperation,
  OnnxType,
} from '../../ground/formats/onnxWriter.ts';
import { onnxTypeCode } from '../../ground/formats/onnxWriter.ts';

/** The name of a tensor of the graph. */
export type Tensor = string;

const bytesOf = (array: Float32Array | BigInt64Array): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

/** A product over the last two axes, of turned matrices where it says so. */
export interface Product {
  readonly axes: number;
  readonly transA?: boolean;
  readonly transB?: boolean;
  /** What it is multiplied by. */
  readonly factor?: number;
}

export interface GraphOptions {
  /** ONNX Runtime's own WebGPU is to compute it: no double precision, and of operators of its own those for inference. */
  readonly gpu: boolean;
}

export class Graph {
  readonly operations: OnnxOperation[] = [];
  readonly #gpu: boolean;
  readonly #constants = new Map<string, OnnxConstant>();

  constructor({ gpu }: GraphOptions = { gpu: false }) {
    this.#gpu = gpu;
  }

  get constants(): OnnxConstant[] {
    return [...this.#constants.values()];
  }

  /** One operator with one result. */
  op(
    operator: string,
    inputs: readonly Tensor[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): Tensor {
    const made = `t${this.operations.length}`;
    this.operations.push({ operator, domain, inputs, outputs: [made], attributes });
    return made;
  }

  /** The same tensor under a name of its own: a result of the graph. */
  named(name: string, of: Tensor): Tensor {
    this.operations.push({ operator: 'Identity', domain: '', inputs: [of], outputs: [name], attributes: {} });
    return name;
  }

  /** A constant, once a name. */
  constant(constant: OnnxConstant): Tensor {
    if (!this.#constants.has(constant.name)) this.#constants.set(constant.name, constant);
    return constant.name;
  }

  /** A number that spreads over whatever it meets. */
  scalar(value: number): Tensor {
    const content = bytesOf(Float32Array.of(value));
    return this.constant({ name: `f ${value}`, type: 'float', dims: [], content });
  }

  floats(values: readonly number[]): Tensor {
    const content = bytesOf(Float32Array.from(values));
    return this.constant({ name: `fs ${values.join()}`, type: 'float', dims: [values.length], content });
  }

  /** Whole numbers, [n]. */
  integers(values: readonly number[]): Tensor {
    const content = bytesOf(BigInt64Array.from(values, BigInt));
    return this.constant({ name: `is ${values.join()}`, type: 'int64', dims: [values.length], content });
  }

  /** A whole number that spreads over whatever it meets. */
  integer(value: number): Tensor {
    const content = bytesOf(BigInt64Array.of(BigInt(value)));
    return this.constant({ name: `i ${value}`, type: 'int64', dims: [], content });
  }

  add = (a: Tensor, b: Tensor): Tensor => this.op('Add', [a, b]);
  sub = (a: Tensor, b: Tensor): Tensor => this.op('Sub', [a, b]);
  mul = (a: Tensor, b: Tensor): Tensor => this.op('Mul', [a, b]);
  div = (a: Tensor, b: Tensor): Tensor => this.op('Div', [a, b]);
  /** a · b, over the last two axes. */
  matmul = (a: Tensor, b: Tensor): Tensor => this.op('MatMul', [a, b]);
  exp = (a: Tensor): Tensor => this.op('Exp', [a]);
  sqrt = (a: Tensor): Tensor => this.op('Sqrt', [a]);
  times = (a: Tensor, factor: number): Tensor => (factor === 1 ? a : this.mul(a, this.scalar(factor)));
  plus = (a: Tensor, term: number): Tensor => (term === 0 ? a : this.add(a, this.scalar(term)));

  /**
   * 1 / (1 + exp(-a)). ONNX Runtime's own Sigmoid is near 0 as far off as near 1, which is a thousandth of what is left of it at -10: too
   * much where a model multiplies it by thousands.
   */
  sigmoid(a: Tensor): Tensor {
    return this.op('Reciprocal', [this.plus(this.exp(this.op('Neg', [a])), 1)]);
  }

  /** a [N, K] · b [M, K]ᵀ */
  matmulTransposed(a: Tensor, b: Tensor): Tensor {
    return this.op('Gemm', [a, b], { transB: 1 });
  }

  /** a [N, K]ᵀ · b [N, M] */
  transposedMatmul(a: Tensor, b: Tensor): Tensor {
    return this.op('Gemm', [a, b], { transA: 1 });
  }

  /** Of stacks of matrices: one operator, which ONNX Runtime's WebGPU would leave to the processor. */
  product(a: Tensor, b: Tensor, { axes, transA = false, transB = false, factor = 1 }: Product): Tensor {
    if (!this.#gpu) {
      const attributes = { ...(transA ? { transA: 1 } : {}), ...(transB ? { transB: 1 } : {}) };
      const alpha = factor === 1 ? {} : { alpha: { float: factor } };
      return this.op('FusedMatMul', [a, b], { ...attributes, ...alpha }, 'com.microsoft');
    }
    const order = Array.from({ length: axes }, (_, i) => i);
    const turned = (x: Tensor): Tensor =>
      this.transpose(x, [...order.slice(0, -2), ...order.slice(-2).reverse()]);
    return this.times(this.matmul(transA ? turned(a) : a, transB ? turned(b) : b), factor);
  }

  transpose(a: Tensor, order: readonly number[]): Tensor {
    return this.op('Transpose', [a], { perm: order });
  }

  /** At most one size may be -1; a 0 keeps what stands there. */
  reshape(a: Tensor, sizes: readonly number[] | Tensor): Tensor {
    return this.op('Reshape', [a, typeof sizes === 'string' ? sizes : this.integers(sizes)]);
  }

  /** [from, to) along an axis; what is beyond the end is left out. */
  slice(a: Tensor, axis: number, from: number, to: number): Tensor {
    return this.op('Slice', [a, this.integers([from]), this.integers([to]), this.integers([axis])]);
  }

  concat(parts: readonly Tensor[], axis: number): Tensor {
    const [only] = parts;
    return parts.length === 1 && only !== undefined ? only : this.op('Concat', parts, { axis });
  }

  /** Sum along axes, which stay with size 1 unless dropped. */
  sum(a: Tensor, axes: readonly number[], keep = true): Tensor {
    return this.op('ReduceSum', [a, this.integers(axes)], { keepdims: keep ? 1 : 0 });
  }

  /**
   * Sum of each row of [R, length], which is long, in about √length parts: ONNX Runtime adds one number after another, and what the sum over a
   * vocabulary is off by would be in every gradient.
   */
  rowSum(a: Tensor, length: number): Tensor {
    const part = Math.ceil(Math.sqrt(length));
    const even = length - (length % part);
    const parts = this.reshape(even === length ? a : this.slice(a, 1, 0, even), [0, even / part, part]);
    const sum = this.sum(this.sum(parts, [2], false), [1]);
    return even === length ? sum : this.add(sum, this.sum(this.slice(a, 1, even, length), [1]));
  }

  mean(a: Tensor, axes: readonly number[]): Tensor {
    return this.op('ReduceMean', [a, this.integers(axes)], { keepdims: 1 });
  }

  /** Sum over tokens, which may be thousands, in double precision where there is any; their axes are dropped. */
  total(a: Tensor, axes: readonly number[] = [0]): Tensor {
    if (this.#gpu) return this.sum(a, axes, false);
    return this.cast(this.sum(this.cast(a, 'double'), axes, false), 'float');
  }

  where(condition: Tensor, yes: Tensor, no: Tensor): Tensor {
    return this.op('Where', [condition, yes, no]);
  }

  cast(a: Tensor, type: OnnxType): Tensor {
    return this.op('Cast', [a], { to: onnxTypeCode(type) });
  }
}
