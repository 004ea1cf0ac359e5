// How much each kernel of a training step must at least move and compute: operands once, floating-point operations of its
// node. Divided by its time this gives its share of what the adapter can do.
import type { KernelProfile, Ref, TapeNode } from '../../src/engine/torch/autograd/operation.ts';
import type { Plan } from '../../src/engine/torch/autograd/plan.ts';
import { elementCount } from '../../src/engine/torch/autograd/value.ts';
import type { KernelCall } from '../../src/shaders/kernel.ts';

export interface Traffic {
  calls: number;
  bytes: number;
  flops: number;
}

/** Buffers of which a kernel touches a small part, unless it belongs to the update. */
const partly = new Set(['adapter', 'grads', 'step', 'metrics', 'dummy', 'rope_cos', 'rope_sin']);
const updates = /^(adamw|grad_reduce|clip_factor)$/;

function refBytes(call: KernelCall<Ref>, ref: Ref, sizeOf: (name: string) => number): number {
  const number = (name: string): number => Number(call.params[name] ?? 0);
  // A gather reads the rows it wants, not the table.
  if (call.kernel.name === 'embedding' && 'buffer' in ref) return number('n') * number('c');
  if (call.kernel.name.startsWith('cross_entropy') && 'scratch' in ref)
    return ref.scratch === 1 ? (call.kernel.buffers.z === 'read' ? 4 : 8) * number('count') * number('v') : 0;
  if ('value' in ref) return 4 * (ref.size ?? elementCount(ref.value.shape));
  if ('buffer' in ref) {
    if (partly.has(ref.buffer) && !updates.test(call.kernel.name)) return 0;
    return ref.size === undefined ? sizeOf(ref.buffer) : 4 * ref.size;
  }
  const [k, ru] = [number('k'), number('ru')];
  // Parts of a product whose sum is split.
  if (call.params.terms !== undefined) return 4 * number('size') * number('terms');
  if (call.kernel.name === 'linear_tiled')
    return 4 * Math.ceil(k / number('part')) * number('n') * number('out');
  if (call.kernel.name === 'linear_backward_tiled')
    return 4 * Math.ceil(number('out') / number('part')) * number('n') * k;
  return 4 * (k + ru) * (number('out') || number('m') || number('v'));
}

/** Kernels that do the arithmetic their node is counted by. */
const computes = /^(matmul|linear(?!_parts)|attention|lora)/;

/**
 * Operations of each call of a node: a member's are of the call that is named by it, those of members that none is named by of the calls that
 * are named by none, or of all.
 */
function flopsOf(node: TapeNode, workers: readonly KernelCall<Ref>[]): ReadonlyMap<KernelCall<Ref>, number> {
  const members = node.members ?? [node];
  const found = new Map(workers.map((call) => [call, 0]));
  const named = ({ operation }: TapeNode): readonly KernelCall<Ref>[] =>
    workers.filter(({ kernel }) => kernel.name.startsWith(operation.name));
  const taken = new Set(members.flatMap(named));
  const others = workers.filter((call) => !taken.has(call));
  for (const member of members) {
    const own = [named(member), others, workers].find(({ length }) => length > 0) ?? [];
    for (const call of own)
      found.set(call, (found.get(call) ?? 0) + member.operation.flops(member) / own.length);
  }
  return found;
}

/** Least bytes and operations of one replay of the plan, by kernel. */
export function trafficOf(
  plan: Plan,
  profile: KernelProfile,
  sizeOf: (name: string) => number,
): ReadonlyMap<string, Traffic> {
  const found = new Map<string, Traffic>();
  for (const node of plan.nodes) {
    const calls = node.operation.kernels(node, profile);
    const flops = flopsOf(
      node,
      calls.filter(({ kernel }) => computes.test(kernel.name)),
    );
    for (const call of calls) {
      const { name } = call.kernel;
      const entry = found.get(name) ?? { calls: 0, bytes: 0, flops: 0 };
      entry.calls += 1;
      for (const ref of Object.values(call.buffers)) entry.bytes += refBytes(call, ref, sizeOf);
      entry.flops += flops.get(call) ?? 0;
      found.set(name, entry);
    }
  }
  return found;
}
