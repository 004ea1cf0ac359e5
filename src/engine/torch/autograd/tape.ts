// The tape of autograd: what torch keeps as a graph of grad_fns, here a list of whole operations with shapes, dtypes and requires_grad,
// in execution order. As in torch, an output requires grad iff grad mode is on and an input does. No device, no numbers.
import { invariant } from '../../ground/errors.ts';
import type {
  NodeContext,
  NodeRole,
  OutputSpec,
  RecomputedSegment,
  RecordRequest,
  TapeNode,
} from './operation.ts';
import type { PythonWarning } from './pythonError.ts';
import type { DType, EdgeContext, GradEdge, InputGradient, Storage, Value } from './value.ts';

export interface ModuleOutput {
  readonly requiresGrad: boolean;
  readonly gradFn: string | null;
  readonly underNoGrad: boolean;
}

export class Tape {
  readonly nodes: TapeNode[] = [];
  readonly values: Value[] = [];
  readonly warnings: PythonWarning[] = [];
  /** Output facts of every module that ran in the forward pass, by path. */
  readonly moduleOutputs = new Map<string, ModuleOutput>();
  /** Parameters that backward reached, with whether their first gradient is exactly zero. */
  readonly parameterGradients = new Map<Value, { readonly zero: boolean }>();
  /** What rests between the passes does so in half precision where it takes so many bytes or more. */
  halvesFrom = Number.POSITIVE_INFINITY;
  #gradEnabled = true;
  #role: NodeRole = 'forward';
  #sequence = 0;
  #segment: RecomputedSegment | null = null;

  get gradEnabled(): boolean {
    return this.#gradEnabled;
  }

  get role(): NodeRole {
    return this.#role;
  }

  nextSequence(): number {
    return this.#sequence++;
  }

  /** A value without history: a parameter, an input, a buffer. */
  leaf(
    name: string,
    shape: readonly number[],
    storage: Storage,
    options: { requiresGrad?: boolean; dtype?: DType; zero?: boolean } = {},
  ): Value {
    return this.#make(
      {
        name,
        shape,
        storage,
        ...(options.dtype ? { dtype: options.dtype } : {}),
        zero: options.zero ?? false,
      },
      options.requiresGrad ?? false,
    );
  }

  /** Runs `body` with grad mode set, as torch.no_grad() or torch.enable_grad() do. */
  withGrad<T>(enabled: boolean, body: () => T): T {
    const before = this.#gradEnabled;
    this.#gradEnabled = enabled;
    try {
      return body();
    } finally {
      this.#gradEnabled = before;
    }
  }

  withRole<T>(role: NodeRole, body: () => T): T {
    const before = this.#role;
    this.#role = role;
    try {
      return body();
    } finally {
      this.#role = before;
    }
  }

  /** Nodes recorded inside `body` belong to `segment`: what they save is recomputed before backward reads it. */
  withSegment<T>(segment: RecomputedSegment, body: () => T): T {
    invariant(this.#segment === null, 'tape: checkpointed segments do not nest');
    this.#segment = segment;
    try {
      return body();
    } finally {
      this.#segment = null;
    }
  }

  /** Appends a node and its outputs. */
  record<A>(request: RecordRequest<A>): readonly Value[] {
    const { operation, inputs, attributes, path } = request;
    const requires =
      this.#gradEnabled && operation.backward !== 'none' && inputs.some((input) => input.requiresGrad);
    const outputs = request.outputs.map((spec) => this.#make(spec, requires && spec.gradFn !== null));
    const node: TapeNode<A> = { operation, inputs, outputs, attributes, role: this.#role, path };
    this.nodes.push(node as TapeNode);
    this.#segment?.nodes.push(node as TapeNode);
    if (requires) this.#attach(node, request.outputs);
    return outputs;
  }

  /** Repeats a node on other inputs (recomputation); the copy has no gradient history. */
  replay(node: TapeNode, inputs: readonly Value[]): readonly Value[] {
    const outputs = node.outputs.map((output) => {
      const storage = this.#replayedStorage(node, output, inputs);
      return this.#make(
        { name: output.name, shape: output.shape, dtype: output.dtype, storage, zero: output.zero },
        false,
      );
    });
    this.nodes.push({ ...node, inputs, outputs, role: 'recompute' });
    return outputs;
  }

  /** `grad_fn` and `requires_grad` of a module's output, as a forward hook would see them. */
  noteModule(path: string, output: { readonly requiresGrad: boolean; readonly gradFn: string | null }): void {
    if (this.#role !== 'forward') return;
    this.moduleOutputs.set(path, {
      requiresGrad: output.requiresGrad,
      gradFn: output.gradFn,
      underNoGrad: !this.#gradEnabled,
    });
  }

  warn(category: string, message: string, call: string): void {
    this.warnings.push({ category, message, call });
  }

  /** Joins a hand-made edge (a checkpointed segment) to outputs recorded without history. */
  attachEdge(output: Value, gradFn: string, inputs: readonly Value[], backward: GradEdge['backward']): void {
    output.requiresGrad = true;
    output.gradFn = gradFn;
    output.edge = { sequence: this.nextSequence(), inputs, outputs: [output], backward };
  }

  #replayedStorage(node: TapeNode, output: Value, inputs: readonly Value[]): Storage {
    if (output.storage.kind !== 'alias') return output.storage;
    const of = output.storage.of;
    const index = node.inputs.indexOf(of);
    const input = inputs[index];
    return input ? { kind: 'alias', of: input, offset: output.storage.offset } : output.storage;
  }

  #make(spec: OutputSpec, requiresGrad: boolean): Value {
    const value: Value = {
      id: this.values.length,
      name: spec.name,
      shape: spec.shape,
      dtype: spec.dtype ?? 'float32',
      storage: spec.storage ?? { kind: 'planned' },
      requiresGrad,
      gradFn: requiresGrad ? (spec.gradFn ?? null) : null,
      edge: null,
      zero: spec.zero ?? false,
    };
    this.values.push(value);
    return value;
  }

  #attach<A>(node: TapeNode<A>, specs: readonly OutputSpec[]): void {
    const rule = node.operation.backward;
    if (rule === 'none') return;
    const segment = this.#segment;
    const edge: GradEdge = {
      sequence: this.nextSequence(),
      inputs: node.inputs,
      outputs: node.outputs,
      backward: (context: EdgeContext): readonly (InputGradient | null)[] => {
        const nodeContext: NodeContext<A> = {
          node,
          gradOf: (i) => context.gradOf(i),
          needs: (i) => context.needs(i),
          pending: (i) => context.pending(i),
          saved: (value) => segment?.saved(value) ?? value,
          record: (request) => this.record(request),
          leaf: (name, shape, storage, zero) => this.leaf(name, shape, storage, { zero }),
        };
        return rule(nodeContext);
      },
    };
    node.outputs.forEach((output, i) => {
      if (specs[i]?.gradFn !== null) output.edge = edge;
    });
  }
}
