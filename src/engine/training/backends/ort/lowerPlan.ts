// A plan as the model that ONNX Runtime is given: its nodes lowered one after another, the bytes of the graph, and what a run hands over and
// takes back. No session; ortBackend.ts has those.
import { writeOnnx } from '../../../ground/formats/onnxWriter.ts';
import type { Feed, FrozenConstant, LoweringOptions, Sink } from '../../../torch/autograd/lowering.ts';
import { Lowering } from '../../../torch/autograd/lowering.ts';
import type { Plan } from '../../../torch/autograd/plan.ts';
import { fillsCache } from '../../../torch/ops/kvAppend.ts';

export interface LoweredPlan {
  readonly model: Uint8Array<ArrayBuffer>;
  readonly operators: number;
  readonly feeds: ReadonlyMap<string, Feed>;
  readonly sinks: readonly Sink[];
  /** ONNX Runtime's own WebGPU is to run it, as far as that has its operators. */
  readonly gpu: boolean;
  /** Constants beside the model. */
  readonly frozen: ReadonlyMap<string, FrozenConstant>;
}

/** The most that a session for answers may hold: there are four, with the adapter and without it, of a prompt's chunks and of one token. */
const ANSWERS_MOST = 2 ** 28;

const constantBytes = ({ graph: { constants } }: Lowering): number =>
  constants.reduce((sum, { content }) => sum + (typeof content === 'number' ? content : 0), 0);

/**
 * Answers decode weights once a token wherever they can: their few rows cost little beside that, and the sessions are four more. null where an
 * operation is for the kernels, or answers would hold too much. They stay on the processor, where their caches stand: no GPU's operator decodes
 * every format.
 */
function lowered(plan: Plan, options: LoweringOptions): Lowering | null {
  if (!fillsCache(plan.nodes)) return inOrder(plan, options);
  const made = inOrder(plan, { ...options, packed: true, gpu: false });
  return made && constantBytes(made) <= ANSWERS_MOST ? made : null;
}

function inOrder({ nodes }: Plan, options: LoweringOptions): Lowering | null {
  const to = new Lowering(options);
  for (const { operation } of nodes) if (operation.lower === 'kernels') return null;
  for (const node of nodes) if (node.operation.lower !== 'kernels') node.operation.lower(node, to);
  return to;
}

/** Bytes of the constants beside a plan's model, which its session holds; 0 where the kernels replay it. */
export function sessionBytes(plan: Plan, options: LoweringOptions = { packed: false }): number {
  const to = lowered(plan, options);
  return to ? constantBytes(to) : 0;
}

/** null where the kernels replay the plan. */
export function lowerPlan(plan: Plan, options: LoweringOptions): LoweredPlan | null {
  const to = lowered(plan, options);
  if (!to) return null;
  const { graph, feeds, sinks, frozen } = to;
  const { gpu = false } = to.options;
  const inputs = [...feeds].map(([name, { type, sizes }]) => ({ name, type, dims: sizes }));
  const outputs = sinks.map(({ tensor }) => ({ name: tensor, type: 'float' as const, dims: null }));
  const { operations, constants } = graph;
  const model = writeOnnx({ operations, constants, inputs, outputs });
  return { model, operators: operations.length, gpu, feeds, sinks, frozen };
}
