// Turns calls into prepared dispatches (pipeline, bind group, workgroup counts) and encodes them. All uniform blocks
// of one preparation share one buffer. Nothing is created while a plan is replayed.

import { invariant } from '../invariant.ts';
import type { KernelCall } from '../kernel.ts';
import { UNIFORM } from './bufferUsage.ts';
import { encodeParams } from './layout.ts';
import type { Pipelines } from './pipelines.ts';

export interface BufferRange {
  readonly buffer: GPUBuffer;
  /** Bytes, a multiple of 256. */
  readonly offset?: number;
  readonly size?: number;
}

export interface PreparedDispatch {
  readonly name: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly workgroups: readonly [number, number, number];
}

export interface PreparedCalls {
  readonly dispatches: readonly PreparedDispatch[];
  /** The uniform blocks; destroy it with the plan. */
  readonly params: GPUBuffer;
}

const PARAM_ALIGNMENT_BYTES = 256;
const MAX_WORKGROUPS = 65535;

export async function prepareCalls(
  device: GPUDevice,
  pipelines: Pipelines,
  calls: readonly KernelCall<BufferRange>[],
): Promise<PreparedCalls> {
  const encoded = calls.map(encodeParams);
  let total = 0;
  const offsets = encoded.map((bytes) => {
    const offset = total;
    total += Math.ceil(bytes.byteLength / PARAM_ALIGNMENT_BYTES) * PARAM_ALIGNMENT_BYTES;
    return offset;
  });
  const params = device.createBuffer({
    label: 'params',
    size: Math.max(total, PARAM_ALIGNMENT_BYTES),
    usage: UNIFORM,
  });
  for (const [i, bytes] of encoded.entries()) device.queue.writeBuffer(params, offsets[i] ?? 0, bytes);
  const compiled = await Promise.all(calls.map((c) => pipelines.get(c)));
  const dispatches = calls.map((c, i): PreparedDispatch => {
    const made = compiled[i];
    const bytes = encoded[i];
    invariant(made && bytes, `${c.kernel.name}: its pipeline is missing`);
    const entries: GPUBindGroupEntry[] = Object.keys(c.kernel.buffers).map((name, binding) => {
      const range = c.buffers[name];
      invariant(range, `${c.kernel.name}: buffer '${name}' is missing`);
      return { binding, resource: range };
    });
    if (Object.keys(c.kernel.params).length > 0) {
      entries.push({
        binding: entries.length,
        resource: { buffer: params, offset: offsets[i] ?? 0, size: bytes.byteLength },
      });
    }
    const workgroups = c.kernel.workgroups(c.params, c.constants);
    invariant(
      workgroups.every((count) => count <= MAX_WORKGROUPS && Number.isInteger(count)),
      `${c.kernel.name}: workgroups ${workgroups.join('×')} exceed ${MAX_WORKGROUPS}`,
    );
    return {
      name: c.kernel.name,
      pipeline: made.pipeline,
      bindGroup: device.createBindGroup({ label: c.kernel.name, layout: made.layout, entries }),
      workgroups,
    };
  });
  return { dispatches, params };
}

export function encodeDispatch(pass: GPUComputePassEncoder, dispatch: PreparedDispatch): void {
  const [x, y, z] = dispatch.workgroups;
  if (x === 0 || y === 0 || z === 0) return;
  pass.setPipeline(dispatch.pipeline);
  pass.setBindGroup(0, dispatch.bindGroup);
  pass.dispatchWorkgroups(x, y, z);
}
