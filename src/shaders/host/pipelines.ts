// Compiles kernels, each (kernel, constants, slots) once per device, in parallel and without blocking.
// Takes a device; never requests one.
import { unreachable } from '../invariant.ts';
import type { BufferRole, Kernel, KernelCall } from '../kernel.ts';
import { assemble, pipelineKey } from './assemble.ts';

export interface Pipeline {
  readonly pipeline: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
}

const bindingType: Readonly<Record<BufferRole, GPUBufferBindingType>> = {
  read: 'read-only-storage',
  'read u32': 'read-only-storage',
  'read i32': 'read-only-storage',
  read_write: 'storage',
  'read_write u32': 'storage',
  uniform: 'uniform',
};

function layoutEntries(kernel: Kernel): GPUBindGroupLayoutEntry[] {
  const roles: readonly BufferRole[] = [
    ...Object.values(kernel.buffers),
    ...(Object.keys(kernel.params).length > 0 ? (['uniform'] as const) : []),
  ];
  return roles.map((role, binding) => ({
    binding,
    visibility: 4 /* GPUShaderStage.COMPUTE, a constant missing in Node */,
    buffer: { type: bindingType[role] },
  }));
}

export class Pipelines {
  readonly #device: GPUDevice;
  readonly #cache = new Map<string, Promise<Pipeline>>();

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Compiles or returns the cached pipeline. Rejects with the kernel's stem and the compiler's own lines. */
  get(call: KernelCall<unknown>): Promise<Pipeline> {
    const key = pipelineKey(call.kernel, call.constants, call.slots);
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const made = this.#compile(call, key);
    this.#cache.set(key, made);
    return made;
  }

  /** Compiles all that these calls want and are not here yet, at once; tells after each how many of how many are done. */
  async compile(
    calls: readonly KernelCall<unknown>[],
    told: (done: number, total: number) => void,
  ): Promise<void> {
    const wanted = new Map(
      calls.map((call) => [pipelineKey(call.kernel, call.constants, call.slots), call] as const),
    );
    const missing = [...wanted].filter(([key]) => !this.#cache.has(key));
    let done = 0;
    if (missing.length > 0) told(done, missing.length);
    await Promise.all(
      missing.map(async ([, call]) => {
        await this.get(call);
        done += 1;
        told(done, missing.length);
      }),
    );
  }

  async #compile(call: KernelCall<unknown>, key: string): Promise<Pipeline> {
    const { kernel } = call;
    const code = assemble(kernel, call.constants, call.slots);
    const module = this.#device.createShaderModule({ code, label: key });
    const layout = this.#device.createBindGroupLayout({ label: kernel.name, entries: layoutEntries(kernel) });
    try {
      const pipeline = await this.#device.createComputePipelineAsync({
        label: kernel.name,
        layout: this.#device.createPipelineLayout({ label: kernel.name, bindGroupLayouts: [layout] }),
        compute: { module, entryPoint: kernel.name },
      });
      return { pipeline, layout };
    } catch (cause) {
      const info = await module.getCompilationInfo();
      const lines = info.messages.map(
        (m) => `${m.type} at line ${m.lineNum}: ${m.message} | ${code.split('\n')[m.lineNum - 1] ?? ''}`,
      );
      unreachable(`kernel '${key}' does not compile. ${lines.join('\n') || String(cause)}`, cause);
    }
  }
}
