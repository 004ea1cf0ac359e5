// The adapter's operations over a linear group: u = drop(x) Aᵀ, du = s dy B, and dA, dB added to `grads`. Their place in
// backward is linear.ts's business.
import { call } from '../../../shaders/kernel.ts';
import {
  fitsBlocks,
  loraDown,
  loraDownBlock,
  loraGrad,
  loraGradBlock,
  loraUpBackward,
  loraUpBackwardBlock,
} from '../../../shaders/lora/lora.ts';
import type { KernelProfile, Operation, Ref } from '../autograd/operation.ts';
import type { GroupAttributes } from './linearGroup.ts';
import { rowsAndColumns, valueAt } from './nodeValues.ts';

/** What the kernels need of a group, for n rows. */
export function loraNumbers(group: GroupAttributes, n: number) {
  const { k, ru, segments, dropoutRate, dropoutStream } = group;
  return { n, k, ru, count: segments.length, stream: dropoutStream, rate: dropoutRate, segments };
}

export const hasDropout = (group: GroupAttributes) => ({ HAS_DROPOUT: group.dropoutRate > 0 ? 1 : 0 });

/** Whether an invocation takes a block of rows and ranks; the same bits either way. */
const byBlocks = (group: GroupAttributes, { sums }: KernelProfile): boolean =>
  sums !== 'workgroup' &&
  fitsBlocks(group.dropoutRate, [group.k, group.out, group.ru, group.adapterTotal], group.segments);

/** Inputs [x] → u [N, RU]. Its gradient is part of the group's own rule. */
export const loraDownOperation: Operation<GroupAttributes> = {
  name: 'lora_down',
  backward: 'none',
  kernels: (node, profile) => {
    const [x] = valueAt(node.inputs, 0);
    const [u] = valueAt(node.outputs, 0);
    const buffers: Record<'x' | 'adapter' | 'step' | 'u', Ref> = {
      x: { value: x },
      adapter: { buffer: 'adapter' },
      step: { buffer: 'step' },
      u: { value: u },
    };
    const { n } = rowsAndColumns(x);
    return [
      call(byBlocks(node.attributes, profile) ? loraDownBlock : loraDown, {
        buffers,
        params: loraNumbers(node.attributes, n),
        constants: hasDropout(node.attributes),
      }),
    ];
  },
  flops: (node) => 2 * (node.outputs[0]?.shape[0] ?? 0) * node.attributes.ru * node.attributes.k,
};

/** Inputs [dy] → du [N, RU]. */
export const loraUpBackwardOperation: Operation<GroupAttributes> = {
  name: 'lora_up_backward',
  backward: 'none',
  kernels: (node, profile) => {
    const [dy] = valueAt(node.inputs, 0);
    const [du] = valueAt(node.outputs, 0);
    const { out, ru, segments } = node.attributes;
    const buffers: Record<'dy' | 'adapter' | 'du', Ref> = {
      dy: { value: dy },
      adapter: { buffer: 'adapter' },
      du: { value: du },
    };
    const { n } = rowsAndColumns(dy);
    const kernel = byBlocks(node.attributes, profile) ? loraUpBackwardBlock : loraUpBackward;
    return [call(kernel, { buffers, params: { n, out, ru, count: segments.length, segments } })];
  },
  flops: (node) =>
    2 *
    (node.outputs[0]?.shape[0] ?? 0) *
    node.attributes.ru *
    (node.attributes.out / node.attributes.segments.length),
};

/** Inputs [x, u, dy, du]; adds to the buffer `grads` [S, total]. */
export const loraGradOperation: Operation<GroupAttributes> = {
  name: 'lora_grad',
  backward: 'none',
  effect: true,
  kernels: (node, profile) => {
    const [x, u, dy, du] = valueAt(node.inputs, 0, 1, 2, 3);
    const { out, adapterTotal } = node.attributes;
    const buffers: Record<'x' | 'u' | 'dy' | 'du' | 'step' | 'grads', Ref> = {
      x: { value: x },
      u: { value: u },
      dy: { value: dy },
      du: { value: du },
      step: { buffer: 'step' },
      grads: { buffer: 'grads' },
    };
    const { n } = rowsAndColumns(x);
    const params = {
      ...loraNumbers(node.attributes, n),
      out,
      total: adapterTotal,
      splits: gradientSplits(adapterTotal),
    };
    const kernel = byBlocks(node.attributes, profile) ? loraGradBlock : loraGrad;
    return [call(kernel, { buffers, params, constants: hasDropout(node.attributes) })];
  },
  flops: (node) => {
    const { ru, k, out, segments } = node.attributes;
    return 2 * (node.inputs[0]?.shape[0] ?? 0) * ru * (k + out / segments.length);
  },
};

/** S of `grads`: small adapters have few blocks, so more invocations share the tokens. Fixed by the adapter's size alone. */
export const gradientSplits = (adapterFloats: number): number => (adapterFloats < 2 ** 20 ? 4 : 1);
