// What an operation is: shape rule and recording live in its own file under ops/; here is the common shape that the
// tape, the planner and the two backends see.
import type { KernelCall } from '../../../shaders/kernel.ts';
import type {
  AttentionVariant,
  LinearVariant,
  StoredVariant,
  SumsVariant,
  VectorVariant,
} from './kernelVariants.ts';
import type { Lowering } from './lowering.ts';
import type { ByRows } from './rowClasses.ts';
import type { EdgeContext, InputGradient, Value } from './value.ts';

/** A binding of a kernel: a value (or a part of it) or a named buffer. Offsets and sizes in elements of 4 bytes. */
export type Ref =
  | { readonly value: Value; readonly offset?: number; readonly size?: number }
  | { readonly buffer: string; readonly offset?: number; readonly size?: number }
  /** Scratch slot i of the node: free before and after it. */
  | { readonly scratch: number };

/** What the choice of kernels depends on; found by looking at the adapter and by measuring, never by its name. */
export interface KernelProfile {
  /** One kernel for every product, or one by how many rows it has. */
  readonly linear: LinearVariant | ByRows<LinearVariant>;
  /** Where they are left out, the portable one. */
  readonly stored?: StoredVariant;
  readonly vector?: VectorVariant;
  readonly sums?: SumsVariant;
  readonly attention?: AttentionVariant;
  /** Largest storage binding in bytes. */
  readonly maxBindingBytes: number;
}

/** What a product whose sum is split leaves to do: result = the sum of parts [terms, size], in their order, begun with the residual where there is one. */
export interface SplitSum {
  readonly refs: Readonly<Record<'parts' | 'residual' | 'result', Ref>>;
  readonly hasResidual: boolean;
  readonly size: number;
  readonly terms: number;
}

/** Some nodes' dispatches as one node's. */
export interface Joined {
  readonly kernels: KernelCall<Ref>[];
  /** How many of the following nodes they do the work of. No two of all that are joined use scratch. */
  readonly taken: number;
  /** Floats of each scratch slot, where they are others than the nodes' own. */
  readonly scratch?: readonly number[];
}

export interface Operation<A = unknown> {
  readonly name: string;
  /** The dispatches of one node; the CPU backend replays the references of the same ones. */
  kernels(node: TapeNode<A>, profile: KernelProfile): KernelCall<Ref>[];
  /**
   * The same as operators of an ONNX graph; 'kernels' says on purpose that a plan with this operation is replayed by the kernels' references
   * where ONNX Runtime runs the others.
   */
  readonly lower: ((node: TapeNode<A>, to: Lowering) => void) | 'kernels';
  /** The dispatches of this node and those behind it together, where there are fewer of them than of one after the other. */
  joins?(node: TapeNode<A>, following: readonly TapeNode[], profile: KernelProfile): Joined | null;
  /** The same of a node whose first input is such a sum: they add it up too, and write it where anyone else reads it. */
  joinsSum?(
    node: TapeNode<A>,
    following: readonly TapeNode[],
    sum: SplitSum,
    profile: KernelProfile,
  ): Joined | null;
  /** Floats of each scratch slot that `kernels` uses. */
  scratch?(node: TapeNode<A>, profile: KernelProfile): readonly number[];
  /** Multiply-adds counted as two. */
  flops(node: TapeNode<A>): number;
  /** Records the gradient operations; 'none' says on purpose that the operation is not differentiable. */
  readonly backward: BackwardRule<A> | 'none';
  /** Writes persistent buffers, so it must run even if no value of it is used. */
  readonly effect?: boolean;
  /** It may run a little earlier, or later: it does not stand between neighbours that join, but before or behind them. */
  readonly aside?: 'before' | 'behind';
  /** As good as reading what it made: where room is short it is done again in the backward pass, from the same inputs. */
  readonly cheap?: true;
  /** Output i takes over the storage of input j (in place). */
  readonly inPlace?: { readonly output: number; readonly input: number };
}

export type BackwardRule<A> = (context: NodeContext<A>) => readonly (InputGradient | null)[];

export interface NodeContext<A> extends EdgeContext {
  readonly node: TapeNode<A>;
  /** The value as backward must read it: recomputed if its segment was checkpointed. */
  saved(value: Value): Value;
  record<B>(request: RecordRequest<B>): readonly Value[];
  /** A value without history that names a part of a persistent buffer. */
  leaf(name: string, shape: readonly number[], storage: Value['storage'], zero: boolean): Value;
}

export type NodeRole = 'forward' | 'recompute' | 'backward' | 'update';

export interface TapeNode<A = unknown> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: A;
  readonly role: NodeRole;
  /** Module path that made it, for profiles and messages. */
  readonly path: string;
  /** What it is made of, where it is several as one. */
  readonly members?: readonly TapeNode[];
}

export interface OutputSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype?: Value['dtype'];
  readonly storage?: Value['storage'];
  /** Name shown as grad_fn; null for outputs that never require grad (saved statistics). */
  readonly gradFn?: string | null;
  readonly zero?: boolean;
}

export interface RecordRequest<A> {
  readonly operation: Operation<A>;
  readonly inputs: readonly Value[];
  readonly outputs: readonly OutputSpec[];
  readonly attributes: A;
  readonly path: string;
}

/** A checkpointed stretch of the forward pass whose saved values are recomputed before backward reads them. */
export interface RecomputedSegment {
  readonly nodes: TapeNode[];
  /** The recomputed twin of a value the segment made; undefined for its inputs and parameters. */
  saved(value: Value): Value | undefined;
}
