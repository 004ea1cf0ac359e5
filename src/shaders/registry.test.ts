// Every kernel of the registry: its WGSL declares the bindings and the Params that its declaration promises, in order.
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { assemble } from './host/assemble.ts';
import { storedSnippet } from './lib/stored.ts';
import { decoder } from './quant/decoders.ts';
import { kernels } from './registry.ts';

const slots = { decode: decoder('nf4-double'), stored: storedSnippet('f32') };
const access: Readonly<Record<string, string>> = { read: 'read', read_write: 'read_write', uniform: '' };

describe('kernels', () => {
  it.each(kernels.map((kernel) => [kernel.name, kernel] as const))('%s', (name, kernel) => {
    const source = assemble(kernel, kernel.constants, slots);
    const reflected = new WgslReflect(source);
    expect(reflected.entry.compute.map((entry) => entry.name)).toEqual([name]);
    const bindings = [...reflected.storage, ...reflected.uniforms].sort((a, b) => a.binding - b.binding);
    const params = Object.keys(kernel.params).length > 0 ? ['params'] : [];
    expect(bindings.map((binding) => binding.name)).toEqual([...Object.keys(kernel.buffers), ...params]);
    const roles = reflected.storage.sort((a, b) => a.binding - b.binding).map((binding) => binding.access);
    const wanted = Object.values(kernel.buffers).map((role) => access[role]);
    expect(roles).toEqual(wanted.filter((role) => role !== ''));
    const struct = reflected.structs.find((one) => one.name === 'Params');
    expect(struct?.members.map((member) => member.name) ?? []).toEqual(Object.keys(kernel.params));
    // WebGPU's default limit of storage buffers in one stage.
    expect(reflected.storage.length).toBeLessThanOrEqual(8);
  });
});
