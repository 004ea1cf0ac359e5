// What stands on the tape: values (tensors by shape, dtype, requires_grad, grad_fn) and where their numbers live.
// No numbers here; a tape is recorded without any device.

/** torch dtype names, as a library would print them. Numbers are computed in float32 whatever this says. */
export type DType = 'float32' | 'bfloat16' | 'float16' | 'uint8' | 'int8' | 'int64';

/** Whether autograd takes gradients of it. */
export const isFloating = (dtype: DType): boolean =>
  dtype === 'float32' || dtype === 'bfloat16' || dtype === 'float16';

/** Where a value's numbers live when the tape is run. */
export type Storage =
  /** Lent by the planner for the value's lifetime. */
  | { readonly kind: 'planned' }
  /** A named buffer that outlives the run: weights, adapter, gradients, ids, caches. `offset` in elements. */
  | { readonly kind: 'persistent'; readonly buffer: string; readonly offset: number }
  /** The same numbers as another value, at an element offset. */
  | { readonly kind: 'alias'; readonly of: Value; readonly offset: number };

export interface Value {
  readonly id: number;
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly storage: Storage;
  requiresGrad: boolean;
  /** Name of the autograd node that made it, as `tensor.grad_fn` prints it; null for leaves and under no_grad. */
  gradFn: string | null;
  /** The edge backward follows; null for leaves. */
  edge: GradEdge | null;
  /** Mathematically zero at the first step, whatever the data (lora_B at its default initialisation). */
  readonly zero: boolean;
}

/** One step of the backward graph: made in recording order, walked in reverse. */
export interface GradEdge {
  readonly sequence: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** Records the gradient operations; answers one gradient an input (null: none flows). */
  backward(context: EdgeContext): readonly (InputGradient | null)[];
}

export interface InputGradient {
  readonly grad: Value;
  /** The gradient already holds what was pending for this input; nothing needs adding. */
  readonly fused: boolean;
}

export interface EdgeContext {
  /** Gradient of the i-th output; null where nothing flowed in. */
  gradOf(output: number): Value | null;
  /** Whether the i-th input wants a gradient. */
  needs(input: number): boolean;
  /** What other consumers already contributed to the i-th input, for operations that can add to it in passing. */
  pending(input: number): Value | null;
}

export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** The value that owns the numbers, and the offset into it, through any chain of aliases. */
export function resolveAlias(value: Value): { readonly owner: Value; readonly offset: number } {
  let owner = value;
  let offset = 0;
  while (owner.storage.kind === 'alias') {
    offset += owner.storage.offset;
    owner = owner.storage.of;
  }
  return { owner, offset };
}
