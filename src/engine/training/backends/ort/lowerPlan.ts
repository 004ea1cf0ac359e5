// A plan as the model that ONNX Runtime is given: its nodes lowered one after another, the bytes of the graph, and what a run hands over and
// takes back. No session; ortBackend.ts has those.
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import type { Feed, FrozenConstant, LoweringOptions, Sink } from '../../../torch/autograd/lowering.ts';
import { Lowering } from '../../../torch/autograd/lowering.ts';
import type { Plan } from '../../../torch/autograd/plan.ts';

export interface LoweredPlan {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly operators: number;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly sinks: readonly Sink[];
  /** Constants beside the model. */
  readonly frozen: ReadonlyMap<string, FrozenConstant>;
}

/** null where an operation of the plan is for the kernels. */
export function lowerPlan({ nodes }: Plan, options: LoweringOptions): LoweredPlan | null {
  const to = new Lowering(options);
  for (const node of nodes) {
    const { lower } = node.operation;
    if (lower === 'kernels') return null;
    lower(node, to);
  }
  const { graph, feeds, sinks, frozen } = to;
  const inputs = [...feeds].map(([name, { type, sizes }]) => ({ name, type, dims: sizes }));
  const outputs = sinks.map(({ tensor }) => ({ name: tensor, type: 'float' as const, dims: null }));
  const { operations, constants } = graph;
  const model = writeOnnx({ operations, constants, inputs, outputs });
  return { model, operators: operations.length, feeds, sinks, frozen };
}
